//! Parses a fault from the command line: what happens, then where and when.
//!
//! One argument has all parts, separated by commas, which needs no quoting for the shell but around the operation:
//! `reset-after,on=POST /transactions/{id}/refund/,nth=2`.

use std::str::FromStr;
use std::time::Duration;

use crate::contract::paths::has_operation;
use crate::faults::fault::Fault;

/// Reports a text that is not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid fault: {0}")]
#[non_exhaustive]
pub struct InvalidFault(String);

impl FromStr for Fault {
    type Err = InvalidFault;

    /// Reads what the binary takes: `KIND[=VALUE][,on=METHOD PATH][,nth=N][,times=N][,percent=N][,seed=N]`, where the
    /// kind is `status=CODE`, `status-after=CODE`, `delay=MILLIS`, `reset-before`, `reset-after`, `truncate`, `garble`,
    /// `drip=MILLIS` or `content-type=TYPE`. The body of a `status` is given by `body=TEXT`, as the last part: it may
    /// have commas.
    fn from_str(text: &str) -> Result<Fault, InvalidFault> {
        let (text, body) = match text.split_once(",body=") {
            Some((text, body)) => (text, Some(body)),
            None => (text, None),
        };
        let mut parts = text.split(',').map(|part| part.split_once('=').unwrap_or((part, "")));
        let (kind, value) = parts.next().unwrap_or_default();
        let millis = || number(kind, value).map(Duration::from_millis);
        let status = || {
            let code = u16::try_from(number(kind, value)?).ok().filter(|code| (200..=599).contains(code));
            code.ok_or_else(|| InvalidFault(format!("{value} is not a response status, expected 200 to 599")))
        };
        let mut fault = match kind {
            "status" => Fault::status(status()?, body.unwrap_or_default()),
            "status-after" => Fault::status_after_commit(status()?, body.unwrap_or_default()),
            "delay" => Fault::delay(millis()?),
            "reset-before" => Fault::reset_before_commit(),
            "reset-after" => Fault::reset_after_commit(),
            "truncate" => Fault::truncated(),
            "garble" => Fault::garbled(),
            "drip" => Fault::slow_drip(millis()?),
            "content-type" => Fault::content_type(value),
            _ => return Err(InvalidFault(format!("\"{kind}\" is not a kind of fault"))),
        };
        for (name, value) in parts {
            match name {
                "on" => fault.operation = Some(value.to_owned()),
                "nth" => fault.nth = Some(number(name, value)?),
                "times" => fault.times = Some(number(name, value)?),
                "seed" => fault.seed = number(name, value)?,
                "percent" => {
                    let percent = u8::try_from(number(name, value)?).ok().filter(|percent| *percent <= 100);
                    fault.percent =
                        Some(percent.ok_or_else(|| InvalidFault(format!("{value} is more than 100 %")))?);
                }
                _ => return Err(InvalidFault(format!("\"{name}\" is not an option of a fault"))),
            }
        }
        fault.checked()
    }
}

fn number(name: &str, value: &str) -> Result<u64, InvalidFault> {
    value.parse().map_err(|_| InvalidFault(format!("{name} takes a number, not \"{value}\"")))
}

impl Fault {
    /// Refuses an operation that there is not, which would never be hit.
    pub(crate) fn checked(self) -> Result<Fault, InvalidFault> {
        if let Some(operation) = &self.operation
            && !has_operation(operation)
        {
            return Err(InvalidFault(format!("there is no operation \"{operation}\"")));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_built() {
        let refund = "POST /transactions/{id}/refund/";
        for (text, fault) in [
            ("reset-before", Fault::reset_before_commit()),
            (
                "reset-after,on=POST /transactions/{id}/refund/,nth=2",
                Fault::reset_after_commit().on(refund).nth(2),
            ),
            ("status=503,times=3,body=a, b=c", Fault::status(503, "a, b=c").times(3)),
            ("status-after=504", Fault::status_after_commit(504, "")),
            ("delay=20,percent=30,seed=7", Fault::delay(Duration::from_millis(20)).percent(30, 7)),
            ("drip=1", Fault::slow_drip(Duration::from_millis(1))),
            ("content-type=text/html", Fault::content_type("text/html")),
            ("truncate", Fault::truncated()),
            ("garble", Fault::garbled()),
        ] {
            assert_eq!(text.parse(), Ok(fault), "{text}");
        }
        for wrong in [
            "",
            "explode",
            "status=99",
            "status",
            "delay=x",
            "garble,percent=101",
            "garble,on=GET /",
            "garble,x=1",
        ] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
    }
}
