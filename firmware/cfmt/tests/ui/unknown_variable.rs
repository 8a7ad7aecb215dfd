fn main() {
    cfmt::cprintln!("{load:d}");
}
