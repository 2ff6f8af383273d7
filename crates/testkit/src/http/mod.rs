//! A client that shows everything that came: no redirects, no decompression, no retries.

mod answer;
mod multipart;
mod request;

pub use answer::Answer;
pub use multipart::Multipart;
pub use request::Request;

use http::Method;

use crate::TestApp;

impl TestApp {
    /// A request with any method.
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(self.address(), method, path)
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// A HEAD.
    pub fn head(&self, path: &str) -> Request {
        self.request(Method::HEAD, path)
    }

    /// A POST.
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    /// A PUT.
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    /// A DELETE.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }
}
