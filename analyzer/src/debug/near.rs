//! Look-ups that mostly ask for what is next to the last answer.

/// Remembers where the last look-up ended. Any list may be asked: it is only a guess.
#[derive(Debug, Default)]
pub(super) struct Near(usize);

impl Near {
    /// `list.partition_point(is_before)`, at once where the answer is the last one or the next.
    pub(super) fn partition_point<T>(&mut self, list: &[T], is_before: impl Fn(&T) -> bool) -> usize {
        let is_it = |idx: usize| {
            let begins = idx == 0 || list.get(idx - 1).is_some_and(&is_before);
            begins && !list.get(idx).is_some_and(&is_before)
        };
        let guess = [self.0, self.0.saturating_add(1)].into_iter().find(|it| is_it(*it));
        self.0 = guess.unwrap_or_else(|| list.partition_point(&is_before));
        self.0
    }
}

#[cfg(test)]
mod tests;
