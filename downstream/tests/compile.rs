//! What must not compile: an operation with the wrong credential, a response built by hand, an unsuitable pin.

#[test]
fn misuse_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile/*.rs");
}
