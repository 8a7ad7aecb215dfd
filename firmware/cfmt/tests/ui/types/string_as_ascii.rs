fn main() {
    cfmt::cprintln!("{:cc}", "c");
}
