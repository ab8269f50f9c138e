//! Global ids: base64url of the type's name and the uuid, unique over all types.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::error::ApiError;
use crate::graphql::scalar;

/// Types that have a global id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeType {
    Task,
    AuditLog,
}

impl NodeType {
    fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::AuditLog => "AuditLog",
        }
    }
}

/// Writes and reads global ids.
pub(crate) struct GlobalId;

impl GlobalId {
    pub(crate) fn write(node: NodeType, id: Uuid) -> ID {
        URL_SAFE_NO_PAD.encode(format!("{}:{id}", node.name())).into()
    }

    /// Takes the plain uuid as well, so that ids of REST can be used here.
    ///
    /// # Errors
    /// `BadUserInput` with the path when the text is neither, or the id of something else.
    pub(crate) fn read<'a>(node: NodeType, path: impl IntoIterator<Item = &'a str>, id: &ID) -> Result<Uuid, ApiError> {
        let global = || {
            let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?;
            let (name, uuid) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
            (name == node.name()).then(|| scalar::parse_uuid(uuid)).flatten()
        };
        scalar::parse_uuid(id)
            .or_else(global)
            .ok_or_else(|| ApiError::field(path, format!("must be the id of a {} or a UUID", node.name())))
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
        assert_eq!(read(&global), Some(id));
        assert_eq!(read(&id.to_string()), Some(id));
        assert_eq!(read(&GlobalId::write(NodeType::AuditLog, id)), None);
        for bad in ["", "x", &id.simple().to_string(), &format!("{}=", *global), &URL_SAFE_NO_PAD.encode([0xff, 0xfe])] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
