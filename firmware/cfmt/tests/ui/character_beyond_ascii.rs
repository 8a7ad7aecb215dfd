fn main() {
    cfmt::cprintln!("{:cc}", 'é');
}
