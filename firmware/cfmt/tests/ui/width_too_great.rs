fn main() {
    cfmt::cprintln!("{:100d}", 3);
}
