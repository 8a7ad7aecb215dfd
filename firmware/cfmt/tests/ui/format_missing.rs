fn main() {
    cfmt::cbprint!(&mut [0; 8]);
}
