//! The tasks of a simulated world.

use super::ids::MachineId;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Wake;

/// The number of a task. The first task has number 1.
pub(super) type TaskId = u64;

/// A task's future.
pub(super) type TaskFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// All tasks, and which of them are ready to run.
#[derive(Default)]
pub(super) struct Executor {
    tasks: Mutex<Tasks>,
    ready: Arc<Ready>,
}

#[derive(Default)]
struct Tasks {
    running: BTreeMap<TaskId, Task>,
    last: TaskId,
}

struct Task {
    machine: MachineId,
    /// None while it is being polled.
    future: Option<TaskFuture>,
    waker: Arc<TaskWaker>,
}

/// The tasks that are ready to run, in no particular order: the next one is picked at random.
#[derive(Default)]
pub(super) struct Ready(Mutex<Vec<Arc<Wish>>>);

/// A task's place among the ready tasks.
pub(super) struct Wish {
    pub(super) task: TaskId,
    made: AtomicBool,
}

/// Makes a task ready to run.
pub(super) struct TaskWaker {
    wish: Arc<Wish>,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The swap makes sure that a task is among the ready ones at most once.
        if !self.wish.made.swap(true, Ordering::AcqRel) {
            self.ready.wishes().push(Arc::clone(&self.wish));
        }
    }
}

impl Ready {
    fn wishes(&self) -> MutexGuard<'_, Vec<Arc<Wish>>> {
        self.0.lock().expect("nothing panics while it holds the ready tasks")
    }
}

impl Executor {
    /// A number and a waker for a future that is polled from outside.
    pub(super) fn new_waker(&self) -> (TaskId, Arc<TaskWaker>) {
        let mut tasks = self.tasks();
        tasks.last += 1;
        let wish = Arc::new(Wish { task: tasks.last, made: AtomicBool::new(false) });
        (tasks.last, Arc::new(TaskWaker { wish, ready: Arc::clone(&self.ready) }))
    }

    /// Adds a task, which is ready to run.
    pub(super) fn spawn(&self, machine: MachineId, future: TaskFuture) {
        let (id, waker) = self.new_waker();
        let task = Task { machine, future: Some(future), waker: Arc::clone(&waker) };
        self.tasks().running.insert(id, task);
        waker.wake();
    }

    /// Takes one of the ready tasks. `choose` gets their number and returns the index of one.
    pub(super) fn next_ready(&self, choose: impl FnOnce(usize) -> usize) -> Option<TaskId> {
        let mut wishes = self.ready.wishes();
        if wishes.is_empty() {
            return None;
        }
        let chosen = choose(wishes.len());
        let wish = wishes.swap_remove(chosen);
        // Cleared before the task runs: if the task is woken while it runs, it becomes ready again.
        wish.made.store(false, Ordering::Release);
        Some(wish.task)
    }

    /// Takes a task's future out, to be polled; None if the task has ended.
    pub(super) fn take(&self, id: TaskId) -> Option<(TaskFuture, Arc<TaskWaker>)> {
        let mut tasks = self.tasks();
        let task = tasks.running.get_mut(&id)?;
        Some((task.future.take()?, Arc::clone(&task.waker)))
    }

    /// Puts back the future of a task that has not ended. Returns the future if the task was killed
    /// meanwhile: the caller must drop it while nothing is locked, because that may run any code.
    pub(super) fn put_back(&self, id: TaskId, future: TaskFuture) -> Option<TaskFuture> {
        match self.tasks().running.get_mut(&id) {
            Some(task) => task.future.replace(future),
            None => Some(future),
        }
    }

    /// Removes a task that has ended.
    pub(super) fn forget(&self, id: TaskId) {
        self.tasks().running.remove(&id);
    }

    /// Removes all tasks of a machine. The caller must drop them while nothing is locked.
    pub(super) fn kill(&self, machine: MachineId) -> Vec<TaskFuture> {
        let mut tasks = self.tasks();
        let killed = tasks.running.extract_if(.., |_, task| task.machine == machine);
        killed.filter_map(|(_, task)| task.future).collect()
    }

    /// Removes all tasks. The caller must drop them while nothing is locked.
    pub(super) fn kill_all(&self) -> Vec<TaskFuture> {
        let tasks = std::mem::take(&mut self.tasks().running);
        tasks.into_values().filter_map(|task| task.future).collect()
    }

    /// How many tasks of a machine have not ended.
    pub(super) fn count(&self, machine: MachineId) -> usize {
        self.tasks().running.values().filter(|task| task.machine == machine).count()
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().expect("nothing panics while it holds the tasks")
    }
}
