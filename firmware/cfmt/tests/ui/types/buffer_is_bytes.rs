fn main() {
    cfmt::csprint!(&mut [0_u8; 8], "{:d}", 3);
}
