//! Names the type. E0432: it has another name.

use nd8::raw::types::Shelf;

fn row(shelf: &Shelf) -> Option<i64> {
    shelf.row
}

fn main() {}
