fn main() {
    cfmt::cprintln!("{:rs}", b"raw");
}
