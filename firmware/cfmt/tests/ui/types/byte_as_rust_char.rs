fn main() {
    cfmt::cprintln!("{:rc}", b'c');
}
