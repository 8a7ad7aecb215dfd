fn main() {
    cfmt::cprintln!("{:.3rs}", "text");
}
