//! Law and policy that a finding may cite. One table: rules cite the codes.

/// One citable text.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Law {
    /// As cited in rule files.
    pub code: &'static str,
    /// As printed in reports.
    pub title: &'static str,
    /// What it forbids or demands, in one sentence.
    pub says: &'static str,
}

/// Every text that a rule may cite.
pub const LAWS: &[Law] = &[
    Law {
        code: "dpa2018-s170",
        title: "Data Protection Act 2018, section 170",
        says: "Knowingly or recklessly obtaining or disclosing personal data without the consent of the controller",
    },
    Law {
        code: "dpa2018-s35",
        title: "Data Protection Act 2018, section 35",
        says: "Processing for law enforcement must be lawful and fair",
    },
    Law {
        code: "dpa2018-s36",
        title: "Data Protection Act 2018, section 36",
        says: "Data collected for law enforcement may not be used in a manner incompatible with that purpose",
    },
    Law {
        code: "dpa2018-s40",
        title: "Data Protection Act 2018, section 40",
        says: "Data must be kept secure against unauthorised use",
    },
    Law {
        code: "dpa2018-s62",
        title: "Data Protection Act 2018, section 62",
        says: "Logs of consultation must make it possible to establish the justification for it",
    },
    Law {
        code: "cma1990-s1",
        title: "Computer Misuse Act 1990, section 1",
        says: "Unauthorised access to computer material",
    },
    Law {
        code: "cma1990-s2",
        title: "Computer Misuse Act 1990, section 2",
        says: "Unauthorised access with intent to commit or ease a further offence",
    },
    Law {
        code: "cma1990-s3",
        title: "Computer Misuse Act 1990, section 3",
        says: "Unauthorised acts that impair a computer or its data",
    },
    Law {
        code: "mipo",
        title: "Misconduct in public office",
        says: "Wilful misconduct by a public officer, to the degree that it abuses the public's trust",
    },
    Law {
        code: "sopb-confidentiality",
        title: "Standards of Professional Behaviour: confidentiality",
        says: "Information is accessed or disclosed only in the proper course of police duties",
    },
    Law {
        code: "sopb-integrity",
        title: "Standards of Professional Behaviour: honesty and integrity",
        says: "Officers do not compromise or abuse their position",
    },
    Law {
        code: "sopb-orders",
        title: "Standards of Professional Behaviour: orders and instructions",
        says: "Officers follow lawful orders and force policy",
    },
    Law {
        code: "w2013",
        title: "Force procedure W 2013, access to police information",
        says: "Access needs a policing purpose, and training or testing must be blind to anyone the user knows",
    },
];

/// The text with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Law> {
    LAWS.iter().find(|law| law.code == code)
}
