fn main() {
    cfmt::cprintln!("{:d}", u64::MAX);
}
