fn main() {
    cfmt::cprintln!("{:.e}", 3.0);
}
