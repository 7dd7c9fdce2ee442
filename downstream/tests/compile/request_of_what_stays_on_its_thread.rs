type NotSend = std::marker::PhantomData<std::rc::Rc<()>>;

fn main() {
    let client = nd8::Client::builder("an-api-key").build().unwrap();
    let _ = client.request::<NotSend>(nd8::http::Method::GET, "/refunds/").send();
}
