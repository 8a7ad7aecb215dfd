fn main() {
    cfmt::cprintln!("{:q}", 3);
}
