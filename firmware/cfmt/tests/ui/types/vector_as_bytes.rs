fn main() {
    cfmt::cprintln!("{:rb}", &vec![1_u8]);
}
