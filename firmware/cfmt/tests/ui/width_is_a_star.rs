fn main() {
    cfmt::cprintln!("{:*d}", 8, 3);
}
