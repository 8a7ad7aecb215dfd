fn main() {
    let format = "{:d}"; cfmt::cprintln!(format, 3);
}
