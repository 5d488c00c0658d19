//! The roles of access keys, and the right that each request needs.

use std::fmt;
use std::str::FromStr;

use axum::http::Method;

/// The role of an access key. A request that its role does not allow gets a 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// `SYSTEM_OWNER`, the platform's administrator: everything. The role of the API key.
    SystemOwner,
    /// `ACCOUNT_ADMIN`, the team's administrator: jobs, and the users and accounts.
    AccountAdmin,
    /// `DATA_SCIENTIST`: jobs, and the deployment of its own models.
    DataScientist,
    /// `DEVELOPER`: jobs.
    Developer,
    /// `AUDITOR`: reads, including the users and accounts.
    Auditor,
    /// `PROJECT`, the role of project keys: jobs, without the retrieval of a key.
    Project,
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    Read,
    /// Submits or cancels jobs, or votes on results.
    Run,
    /// Creates or changes a model.
    Deploy,
    /// Changes the engines of any model.
    Scale,
    /// Reads users and accounts.
    Administer,
    /// Retrieves a whole key.
    Retrieve,
}

impl Role {
    pub(crate) const ALL: [Self; 6] = [
        Self::SystemOwner,
        Self::AccountAdmin,
        Self::DataScientist,
        Self::Developer,
        Self::Auditor,
        Self::Project,
    ];

    /// Returns the API's identifier of the role.
    #[must_use]
    pub fn identifier(self) -> &'static str {
        match self {
            Self::SystemOwner => "SYSTEM_OWNER",
            Self::AccountAdmin => "ACCOUNT_ADMIN",
            Self::DataScientist => "DATA_SCIENTIST",
            Self::Developer => "DEVELOPER",
            Self::Auditor => "AUDITOR",
            Self::Project => "PROJECT",
        }
    }

    /// Whether the role may change the engines of any model.
    pub(crate) fn may_scale(self) -> bool {
        self.has(Right::Scale)
    }

    /// Whether the role allows a request. The path is that under `/api`.
    pub(super) fn allows(self, method: &Method, path: &str) -> bool {
        self.has(Right::of(method, path))
    }

    fn has(self, right: Right) -> bool {
        match self {
            Self::SystemOwner => true,
            Self::AccountAdmin => !matches!(right, Right::Deploy | Right::Scale),
            Self::DataScientist => !matches!(right, Right::Scale | Right::Administer),
            Self::Developer => matches!(right, Right::Read | Right::Run | Right::Retrieve),
            Self::Auditor => matches!(right, Right::Read | Right::Administer | Right::Retrieve),
            Self::Project => matches!(right, Right::Read | Right::Run),
        }
    }
}

impl Right {
    fn of(method: &Method, path: &str) -> Self {
        let is_read = method == Method::GET || method == Method::HEAD;
        let mut segments = path.trim_start_matches('/').split('/');
        match (segments.next(), segments.next()) {
            (Some("accounting"), Some("accounts" | "users")) => Self::Administer,
            (Some("accounting"), _) if !is_read => Self::Retrieve,
            _ if is_read => Self::Read,
            (Some("models"), _) if path.ends_with("/processing") => Self::Scale,
            (Some("models"), _) => Self::Deploy,
            _ => Self::Run,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|role| role.identifier() == text);
        known.ok_or_else(|| format!("a role is one of {}", Self::ALL.map(Self::identifier).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_the_rights_of_its_column() {
        let requests = [
            (Method::GET, "/jobs/history", "OADEUP"),
            (Method::GET, "/models/all/versions/all", "OADEUP"),
            (Method::GET, "/license", "OADEUP"),
            (Method::POST, "/jobs", "OADEP"),
            (Method::DELETE, "/jobs/j", "OADEP"),
            (Method::POST, "/results/j/upvote/i", "OADEP"),
            (Method::POST, "/models", "OD"),
            (Method::PATCH, "/models/m/versions/v", "OD"),
            (Method::POST, "/models/m/versions/v/load-process", "OD"),
            (Method::PATCH, "/models/m/versions/v/processing", "O"),
            (Method::GET, "/accounting/users", "OAU"),
            (Method::POST, "/accounting/users/search", "OAU"),
            (Method::GET, "/accounting/accounts/a", "OAU"),
            (Method::GET, "/accounting/projects", "OADEUP"),
            (Method::POST, "/accounting/access-keys/p/hash", "OADEU"),
        ];
        let letters = ['O', 'A', 'D', 'E', 'U', 'P'];
        for (method, path, expected) in requests {
            let allowed = Role::ALL.into_iter().zip(letters);
            let allowed: String = allowed
                .filter(|(role, _)| role.allows(&method, path))
                .map(|(_, letter)| letter)
                .collect();
            assert_eq!(allowed, expected, "{method} {path}");
        }
    }

    #[test]
    fn a_role_is_read_by_its_identifier() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!("developer".parse::<Role>().unwrap_err().ends_with("AUDITOR, PROJECT"));
    }
}
