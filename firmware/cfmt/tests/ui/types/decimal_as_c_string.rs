fn main() {
    cfmt::cprintln!("{:cs}", 3);
}
