fn main() {
    cfmt::cprintln!("{:u}", 5);
}
