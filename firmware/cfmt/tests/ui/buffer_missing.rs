fn main() {
    cfmt::csprint!("{:d}", 3);
}
