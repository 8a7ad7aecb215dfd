fn main() {
    cfmt::cprintln!("{:e}", 3);
}
