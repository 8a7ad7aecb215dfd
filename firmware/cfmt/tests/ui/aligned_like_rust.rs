fn main() {
    cfmt::cprintln!("{:>5d}", 3);
}
