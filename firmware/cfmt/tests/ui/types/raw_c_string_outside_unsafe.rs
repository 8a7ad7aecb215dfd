fn main() {
    cfmt::cprintln!("{:d}: {:cs}", 3, c"text".as_ptr());
}
