fn main() {
    cfmt::cprintln!("{:8e}", 3.0);
}
