//! Whatever was asked before, the answer is the same.

use super::Near;

#[test]
fn a_guess_never_changes_the_answer() {
    let lists: [&[u32]; 4] = [&[], &[5], &[1, 3, 3, 7, 9], &[0, 2, 4, 6, 8, 10, 12]];
    let mut near = Near::default();
    for (step, list) in (0..400_u32).zip(lists.iter().cycle()) {
        let wanted = step * 7 % 15;
        let answer = near.partition_point(list, |it| *it <= wanted);
        assert_eq!(answer, list.partition_point(|it| *it <= wanted), "{wanted} in {list:?}");
    }
}
