fn main() {
    cfmt::cprintln!("{:.3d}", 3);
}
