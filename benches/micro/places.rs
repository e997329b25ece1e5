//! The gazetteer's answers, JSON included.

use criterion::{BenchmarkId, Criterion};
use futures_lite::future::block_on;
use herd::places::{Gazetteer, Places, Question};
use herd::protocol::{Coordinates, MaxResults, Radius};

const CITIES: [(&str, f64, f64); 4] = [
    ("Los Angeles", 34.068_930, -118.445_127),
    ("Paris", 48.856_613, 2.352_222),
    ("Nairobi", -1.292_066, 36.821_946),
    ("Sydney", -33.868_820, 151.209_296),
];

pub(crate) fn measure(criterion: &mut Criterion) {
    let max = MaxResults::new(20).expect("20 is in range");
    let mut group = criterion.benchmark_group("places");
    for kilometres in [10.0, 50.0] {
        for (city, latitude, longitude) in CITIES {
            let center = Coordinates { latitude, longitude };
            let radius = Radius::from_metres(1000.0 * kilometres).expect("it is in range");
            let question = Question::new(center, radius, max);
            let id = BenchmarkId::new(format!("{kilometres} km"), city);
            group.bench_function(id, |bencher| {
                let mut json = Vec::new();
                bencher.iter(|| {
                    json.clear();
                    let answer = block_on(Gazetteer.nearby(&question));
                    answer.expect("the gazetteer always answers").write(max, &mut json);
                });
            });
        }
    }
}
