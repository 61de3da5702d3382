//! Processes many items on several threads: the largest first, with the results in the order of the
//! items.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Syntax trees are deep. A worker only touches the part of its stack that it uses.
const STACK_SIZE: usize = 64 << 20;

/// Applies `work` to every item on `jobs` threads, each with its own `State`. Returns the results
/// in the order of `items`.
///
/// Items are started in the order of decreasing `size`, so that no thread is left with a large one
/// at the end.
pub fn map_largest_first<T: Sync, State, R: Send>(
    items: &[T],
    jobs: usize,
    size: impl Fn(&T) -> u64,
    state: impl Fn() -> State + Sync,
    work: impl Fn(&mut State, &T) -> R + Sync,
) -> Result<Vec<R>, rayon::ThreadPoolBuildError> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(size(&items[index])));
    let jobs = jobs.min(items.len()).max(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_SIZE).build()?;
    let next = AtomicUsize::new(0);
    let done = pool.broadcast(|_| {
        let mut state = state();
        let mut results = Vec::new();
        while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            results.push((index, work(&mut state, &items[index])));
        }
        results
    });
    let mut results: Vec<(usize, R)> = done.into_iter().flatten().collect();
    results.sort_by_key(|&(index, _)| index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..100).map(|n| n * 37 % 100).collect();
        for jobs in [1, 2, 7, 1000] {
            let results = map_largest_first(&items, jobs, |&n| n, || (), |(), &n| n * 2);
            let expected: Vec<u64> = items.iter().map(|n| n * 2).collect();
            assert_eq!(results.expect("threads"), expected, "{jobs} jobs");
        }
        let none: [u64; 0] = [];
        assert_eq!(map_largest_first(&none, 4, |&n| n, || (), |(), &n| n).expect("threads"), none);
    }
}
