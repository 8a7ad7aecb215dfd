//! Names of instances as demanglers print them.

use super::*;

#[track_caller]
fn check_rust(name: &str, shape: &str) {
    assert_eq!(of_rust(name), (shape.to_owned(), shape.contains('_') && name != shape));
}

#[track_caller]
fn check_cpp(name: &str, shape: Option<&str>) {
    assert_eq!(of_cpp(name).as_deref(), shape);
}

#[test]
fn type_arguments_of_rust_are_left_out() {
    check_rust("core::ptr::drop_in_place<heapless::Vec<u8, 4>>", "core::ptr::drop_in_place<_>");
    check_rust("critical_section::with::<u8, main::{closure#0}>", "critical_section::with::<_>");
    check_rust("rp::Pll<rp::Disabled,D>::new", "rp::Pll<_>::new");
    check_rust("a::map::<u8, fn(u8) -> u16>::{closure#1}", "a::map::<_>::{closure#1}");
    check_rust("a::b::c", "a::b::c");
}

#[test]
fn an_implementation_keeps_its_type_and_its_trait() {
    check_rust("<a::Vec<u8, 4> as core::ops::Drop>::drop", "<a::Vec<_> as core::ops::Drop>::drop");
    check_rust("<a::Uart as core::fmt::Write>::write_str", "<a::Uart as core::fmt::Write>::write_str");
    check_rust(
        "core::fmt::num::<impl core::fmt::Debug for u32>::fmt",
        "core::fmt::num::<impl core::fmt::Debug for u32>::fmt",
    );
    check_rust("<a::Foo<u8>>::new", "<a::Foo<_>>::new");
    check_rust("<a::X as core::convert::From<u8>>::from", "<a::X as core::convert::From<_>>::from");
}

#[test]
fn an_implementation_for_references_is_one_for_all_of_them() {
    check_rust("<&a::Vec<u8> as core::fmt::Debug>::fmt", "<&_ as core::fmt::Debug>::fmt");
    check_rust(
        "<&mut dyn Fn(u8) -> u8 as core::fmt::Write>::write_str",
        "<&mut _ as core::fmt::Write>::write_str",
    );
}

#[test]
fn templates_of_cpp_lose_arguments_return_types_and_types_of_parameters() {
    check_cpp("void etl::sort<int*>(int*, int*)", Some("etl::sort<_>(_, _)"));
    check_cpp(
        "std::vector<int, std::allocator<int> >::push_back(int const&)",
        Some("std::vector<_>::push_back(_)"),
    );
    check_cpp("unsigned long max<unsigned long>()", Some("max<_>"));
    check_cpp("Queue<int (*)(int, char)>::push(int (*)(int, char)) const", Some("Queue<_>::push(_)"));
    check_cpp("(anonymous namespace)::f<int>(int)", Some("(anonymous namespace)::f<_>(_)"));
    check_cpp("foo::bar(int)", None);
}

#[test]
fn an_operator_is_no_bracket() {
    check_cpp("Pair<int>::operator<(Pair<int> const&)", Some("Pair<_>::operator<(_)"));
    check_cpp("Ptr<int>::operator->() const", Some("Ptr<_>::operator->"));
    check_cpp("std::ostream& operator<< <char>(std::ostream&, char)", Some("operator<<<_>(_, _)"));
    check_cpp("operator<(A const&, A const&)", None);
    check_cpp("Fn<int>::operator()(int)", Some("Fn<_>::operator()(_)"));
}

#[test]
fn broken_names_have_some_shape() {
    for name in
        ["<", "a<", "a::<b", ">", "a<b>>", "<&a as", "<& as >", "f<int>)", "f<int>(", ")(", "operator-<"]
    {
        let _ = (of_rust(name), of_cpp(name));
    }
}
