fn main() {
    cfmt::cprintln!("{:d}", 3, 4 + 5);
}
