//! What a certificate says of the run that it was made for.

use sigstore_verify::crypto::CertificateInfo;

/// The facts of a signing certificate that verified. The certificate authority copied them from the run's identity token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Who: an address, or the URL of a workflow.
    pub subject: String,
    /// The issuer of the identity token: a URL.
    pub issuer: String,
    /// The URL of the source repository.
    pub repository_url: Option<String>,
    /// Its id.
    pub repository_id: Option<String>,
    /// The commit that was built.
    pub commit: Option<String>,
    /// The ref that was built: `refs/tags/v1`.
    pub git_ref: Option<String>,
    /// The workflow or CI file that ran, with its ref: a URL.
    pub build_config: Option<String>,
    /// The (reusable) workflow that asked for the certificate: a URL.
    pub build_signer: Option<String>,
    /// The run: a URL.
    pub run_url: Option<String>,
    /// The environment that the run was deployed to, where the certificate names one.
    pub environment: Option<String>,
}

impl From<&CertificateInfo> for Certificate {
    fn from(info: &CertificateInfo) -> Self {
        let claims = &info.ci_claims;
        Self {
            subject: info.identity.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            issuer: info.issuer.clone().unwrap_or_default(),
            repository_url: claims.source_repository_uri.clone(),
            repository_id: claims.source_repository_identifier.clone(),
            commit: claims.source_repository_digest.clone(),
            git_ref: claims.source_repository_ref.clone(),
            build_config: claims.build_config_uri.clone(),
            build_signer: claims.build_signer_uri.clone(),
            run_url: claims.run_invocation_uri.clone(),
            environment: claims.deployment_environment.clone(),
        }
    }
}
