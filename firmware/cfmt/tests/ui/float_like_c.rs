fn main() {
    cfmt::cprintln!("{:.2f}", 3.0);
}
