fn main() {
    let bytes = [0_u8; 8]; cfmt::cbprint!(&bytes, "{:d}", 3);
}
