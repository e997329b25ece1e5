//! Waiting for virtual time to pass.

use super::timeline::{Alarm, AlarmId};
use super::world::World;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// Completes when a moment of virtual time has come.
pub struct SimSleep {
    world: Arc<World>,
    due: Duration,
    alarm: Option<AlarmId>,
}

impl SimSleep {
    pub(super) fn new(world: Arc<World>, span: Duration) -> Self {
        let due = world.with(|state| state.timeline.clock.saturating_add(span));
        Self { world, due, alarm: None }
    }
}

impl Future for SimSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { world, due, alarm } = &mut *self;
        world.with(|state| {
            if *due <= state.timeline.clock {
                return Poll::Ready(());
            }
            match alarm.and_then(|id| state.timeline.alarm(id)) {
                Some(Alarm::Wake(waker)) => waker.clone_from(cx.waker()),
                Some(Alarm::Deliver(_)) | None => {
                    *alarm = Some(state.timeline.set_alarm(*due, Alarm::Wake(cx.waker().clone())));
                }
            }
            Poll::Pending
        })
    }
}

impl Drop for SimSleep {
    fn drop(&mut self) {
        if let Some(id) = self.alarm {
            drop(self.world.with(|state| state.timeline.cancel(id)));
        }
    }
}
