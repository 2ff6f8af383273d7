//! Lists of URLs below `@EXPLICIT`, as `conda list --explicit` writes them: `URL#MD5`, `URL#SHA256`,
//! `URL#sha256:SHA256`.

use url::Url;

use super::Claim;

/// The claims of the list; `None` when the text is no such list, and the line that cannot be read when one cannot.
pub(super) fn claims(text: &str) -> Option<Result<Vec<Claim>, String>> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    if !lines().any(|line| line == "@EXPLICIT") {
        return None;
    }
    Some(lines().filter(|line| *line != "@EXPLICIT").map(claim).collect())
}

fn claim(line: &str) -> Result<Claim, String> {
    let (url, digest) = line.split_once('#').unwrap_or((line, ""));
    let url: Url = url.parse().map_err(|_| "a line is no URL".to_owned())?;
    let mut claim = Claim::of_url(&url);
    let digest = digest.strip_prefix("sha256:").or(digest.strip_prefix("md5:")).unwrap_or(digest);
    match digest.len() {
        0 => {}
        64 => claim.sha256 = Some(digest.parse().map_err(|_| wrong(&claim.file))?),
        32 => {
            let mut bytes = [0; 16];
            hex::decode_to_slice(digest, &mut bytes).map_err(|_| wrong(&claim.file))?;
            claim.md5 = Some(bytes);
        }
        _ => return Err(wrong(&claim.file)),
    }
    Ok(claim)
}

fn wrong(file: &str) -> String {
    format!("the digest of {file} is none")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "2a97516c354b68848cdbd8f54a226a0a55b21ed138e207ad6c5cbb9c00aa5aea";
    const MD5: &str = "5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d";

    #[test]
    fn urls_with_and_without_digests_are_read() {
        let text = format!(
            "# comment\n@EXPLICIT\nhttps://h/t/bonded-1/team/noarch/a-1-0.conda#{MD5}\n\
             https://h/team/linux-64/b-1-0.conda#sha256:{SHA256}\nhttps://h/team/linux-64/c-1-0.conda#{SHA256}\n\
             https://h/team/noarch/d-1-0.conda\n"
        );
        let claims = claims(&text).unwrap().unwrap();
        let files: Vec<_> = claims.iter().map(|claim| claim.file.as_str()).collect();
        assert_eq!(files, ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda", "d-1-0.conda"]);
        assert_eq!(claims[0].md5, Some([0x5d; 16]));
        assert_eq!(claims[0].channel().unwrap().text(), "https://h/team");
        assert_eq!(claims[1].sha256, Some(SHA256.parse().unwrap()));
        assert_eq!(claims[2].sha256, claims[1].sha256);
        assert_eq!((claims[3].sha256, claims[3].md5), (None, None));
    }

    #[test]
    fn other_texts_are_no_such_list_and_broken_lines_are_told() {
        assert!(claims("version: 6\n").is_none());
        assert!(claims("@EXPLICIT\nnot a url\n").unwrap().is_err());
        assert!(claims("@EXPLICIT\nhttps://h/c/noarch/a-1-0.conda#abc\n").unwrap().is_err());
    }
}
