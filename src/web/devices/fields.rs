//! Values by name, whether they came as parameters or as JSON.

use crate::web::parameters::Parameters;
use serde_json::Value;
use std::borrow::Cow;

/// The names that apps and their users' templates give an ID.
pub(super) const ID_NAMES: [&str; 8] =
    ["id", "deviceid", "device_id", "device", "uid", "aid", "ser", "unique_id"];

/// Values that can be looked up by name.
pub(super) trait Fields {
    /// The value of this name as text; None if it is missing, null or empty.
    fn text(&self, name: &str) -> Option<Cow<'_, str>>;

    /// The first of these names that has a value.
    fn first(&self, names: &[&str]) -> Option<Cow<'_, str>> {
        names.iter().find_map(|name| self.text(name))
    }
}

impl Fields for Parameters {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name).map(Cow::Borrowed)
    }
}

impl Fields for Value {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.get(name)? {
            Value::String(text) => Some(Cow::Borrowed(text.as_str())).filter(|it| !it.is_empty()),
            Value::Number(number) => Some(number.to_string().into()),
            Value::Bool(value) => Some(value.to_string().into()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}
