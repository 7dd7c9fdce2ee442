fn main() {
    let _ = nd8::BillTo { country: "US", first_name: "Ada", last_name: "Lovelace" };
}
