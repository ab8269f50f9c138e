//! Global ids: base64url of the type's name and its key (a uuid, mostly), unique over all types.

use std::fmt::Display;

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::NodeType;
use crate::error::ApiError;
use crate::graphql::scalar;

/// Nothing that has an id has a longer one; the text is not decoded before this was checked.
const MAX_BYTES: usize = 512;

/// Writes and reads global ids.
pub(crate) struct GlobalId;

impl GlobalId {
    pub(crate) fn write(node: NodeType, key: impl Display) -> ID {
        URL_SAFE_NO_PAD.encode(format!("{}:{key}", node.name())).into()
    }

    /// The type and the key of a global id; `None` for any other text.
    pub(crate) fn parse(id: &ID) -> Option<(NodeType, String)> {
        if id.len() > MAX_BYTES {
            return None;
        }
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?).ok()?;
        let (name, key) = text.split_once(':')?;
        Some((NodeType::of(name)?, key.to_owned()))
    }

    /// The uuid of a node; takes the plain uuid as well, so that ids of REST can be used here.
    ///
    /// # Errors
    /// The rule, when the text is neither, or the id of something else.
    pub(crate) fn uuid(node: NodeType, id: &ID) -> Result<Uuid, String> {
        let global = || Self::parse(id).filter(|(of, _)| *of == node).and_then(|(_, key)| scalar::parse_uuid(&key));
        scalar::parse_uuid(id).or_else(global).ok_or_else(|| format!("must be the id of a {} or a UUID", node.name()))
    }

    /// [`GlobalId::uuid`] of an argument.
    ///
    /// # Errors
    /// `BadUserInput` with the path.
    pub(crate) fn read<'a>(node: NodeType, path: impl IntoIterator<Item = &'a str>, id: &ID) -> Result<Uuid, ApiError> {
        Self::uuid(node, id).map_err(|rule| ApiError::field(path, rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Uuid> {
        GlobalId::read(NodeType::Task, ["id"], &text.into()).ok()
    }

    #[test]
    fn both_forms_are_read_and_no_other() {
        let id = Uuid::from_u128(0x0192_f0c4_1111_7222_8333_4444_5555_6666);
        let global = GlobalId::write(NodeType::Task, id);
        assert_eq!(*global, "VGFzazowMTkyZjBjNC0xMTExLTcyMjItODMzMy00NDQ0NTU1NTY2NjY");
        assert_eq!(GlobalId::parse(&global), Some((NodeType::Task, id.to_string())));
        assert_eq!(read(&global), Some(id));
        assert_eq!(read(&id.to_string()), Some(id));
        assert_eq!(read(&GlobalId::write(NodeType::AuditLog, id)), None);
        for bad in ["", "x", &id.simple().to_string(), &format!("{}=", *global), &URL_SAFE_NO_PAD.encode([0xff, 0xfe])] {
            assert_eq!((read(bad), GlobalId::parse(&bad.into())), (None, None), "{bad}");
        }
        for other in ["Task", "task:x", "Nothing:x", &format!("Task:{}", "x".repeat(1 << 20))] {
            assert_eq!(GlobalId::parse(&URL_SAFE_NO_PAD.encode(other).into()), None, "{}", other.len());
        }
    }
}
