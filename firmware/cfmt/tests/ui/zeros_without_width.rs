fn main() {
    cfmt::cprintln!("{:0d}", 3);
}
