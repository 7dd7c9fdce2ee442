//! Names and texts that are hard on a generator, and the dice that choose among them.

use fastrand::Rng;

/// A source of choices. Equal seeds yield equal choices.
pub(super) struct Dice(Rng);

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// Returns true in so many of a hundred cases.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(0..100) < percent
    }

    /// Returns a number below a limit.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0.usize(0..limit)
    }

    /// Returns one of some values.
    pub(super) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// Returns some of the values, each once, in any order.
    pub(super) fn some<T: Copy>(&mut self, values: &[T], count: usize) -> Vec<T> {
        let mut values = values.to_vec();
        self.0.shuffle(&mut values);
        values.truncate(count);
        values
    }

    pub(super) fn shuffle<T>(&mut self, values: &mut [T]) {
        self.0.shuffle(values);
    }

    /// Returns a name: of one family in most cases, so that names collide.
    pub(super) fn names(&mut self, count: usize) -> Vec<String> {
        let family = self.pick(FAMILIES);
        let mut names: Vec<&str> = self.some(family, count.div_ceil(2));
        names.extend(self.some(NAMES, count / 2));
        names.sort_unstable();
        names.dedup();
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        if self.chance(3) {
            names.push("very_long_".repeat(30));
        }
        names
    }

    /// Returns a text for a description.
    pub(super) fn text(&mut self) -> String {
        match self.chance(5) {
            true => format!("{} {}", self.pick(TEXTS), "word ".repeat(600)),
            false => self.pick(TEXTS).to_owned(),
        }
    }
}

/// Names that are one identifier in some style.
#[rustfmt::skip]
const FAMILIES: &[&[&str]] = &[
    &[
        "fooBar", "foo_bar", "foo-bar", "FooBar", "foo.bar", "foo bar", "foo__bar", "_fooBar", "FOO_BAR",
        "foo_bar2",
    ],
    &["@type", "type", "$type", "Type", "type_", "_type", "r#type", "type_2", "type2"],
    &["id", "Id", "ID", "_id", "iD", "id_", "@id", "id2", "id_2"],
    &["self", "Self", "SELF", "self_", "@self", "crate", "super", "selfValue", "self2"],
    &["extra", "Extra", "EXTRA", "extra_", "extra2", "extra_2"],
    &["new", "New", "new_", "new2", "new_2", "NEW"],
    &["body", "Body", "BODY", "body_", "body2", "client", "Client", "_client", "client_"],
    &[
        "send", "Send", "send_", "send2", "result", "request", "response", "info", "url", "header_map",
        "value",
    ],
    &[
        "default", "Default", "clone", "Clone", "fmt", "from", "From", "into", "eq", "as_str", "serialize",
        "deserialize",
    ],
    &[
        "", " ", "_", "__", "-", "+", "*", ".", "..", "/", "~", "~1", "%", "%20", "{x}", "\\", "\"", "'",
        "#", "?", "&",
    ],
    &["a", "A", "Ä", "ä", "größe", "grösse", "名前", "😀", "é", "e\u{301}", "\u{202e}x", "ñ", "Ω", "K"],
    &["1", "12", "3ds", "x3ds", "3D", "-1", "1.5", "1_000", "0x1", "i64", "u8", "1e3"],
];

/// Keywords, and names that generated code uses itself.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "abstract", "as", "async", "await", "box", "break", "const", "do", "dyn", "else", "enum", "extern",
    "false", "fn", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "union", "unsafe",
    "use", "virtual", "where", "while", "yield", "String", "string", "Option", "option", "Vec", "Box",
    "Result", "Some", "None", "Ok", "Err", "std", "serde", "core", "alloc", "types", "requests", "Error",
    "error", "Security", "Unknown", "unknown", "Value", "Map", "bool", "str", "usize", "inner", "baseurl",
    "exec", "pre", "post", "api-version",
];

/// Names of components. Most are what OpenAPI allows there; the others occur all the same.
#[rustfmt::skip]
pub(super) const COMPONENTS: &[&str] = &[
    "Foo", "foo", "FOO", "Foo2", "FooBar", "fooBar", "foo_bar", "Foo.Bar", "Foo-Bar", "Status",
    "Status.Enum", "StatusEnum", "Client", "Error", "Security", "requests", "types", "String", "Option",
    "Vec", "Box", "Result", "Some", "None", "Ok", "Self", "self", "Type", "type", "async", "3D", "3d", "_",
    "-", ".", "", "größe", "Größe", "名前", "a/b", "a~b", "a%20b", "a b", "i64", "u8", "bool", "str",
    "Decimal", "Timestamp", "Uuid", "HashMap", "Map", "Value", "Operation", "Context", "prelude",
    "builder", "error", "ExactNumber", "ExactString", "Redacted", "CommaSeparated", "ErrorBody", "Item",
    "ItemVariant1", "ListItemsRequest", "ListItemsResponse", "CreateItemRequest", "CreateItem",
    "ListItemsId", "FooType", "FooId", "const", "default", "example", "enum", "x-foo", "properties", "Api",
    "OPERATIONS", "API_VERSION", "Serialize",
];

/// Ids of operations; `ops` alone derive their names from method and path.
#[rustfmt::skip]
pub(super) const OPERATIONS: &[&str] = &[
    "listItems", "list_items", "ListItems", "list-items", "list_items2", "createItem", "create_item",
    "new", "New", "self", "Self", "type", "async", "send", "exec", "client", "Client", "baseurl", "clone",
    "default", "body", "3d", "x3d", "größe", "", " ", "-", "pre", "post", "inner", "new_with_client",
    "types", "requests", "fmt", "from", "into", "url", "request", "response", "result", "info",
    "items.list", "items/list", "Items List", "mock", "get_items", "a b c", "operation",
];

/// Values of enums.
#[rustfmt::skip]
pub(super) const VALUES: &[&[&str]] = &[
    &["a", "A", "a ", " a", "-a", "a-", "_a", "a_", "á", "Ä"],
    &["", " ", "-", "+", "=", "==", "!=", ">=", "<=", ">", "<", "~", "*", "&&", "||", "%", "."],
    &[
        "unknown", "Unknown", "UNKNOWN", "unknown2", "self", "Self", "None", "Some", "Ok", "Err",
        "Default", "String",
    ],
    &["open", "OPEN", "Open", "oPen", "open_", "op-en", "op_en", "opEn"],
    &["1", "01", "1.0", "-1", "+1", "1e3", "3d", "x3d", "0"],
    &["created_at", "-created_at", "createdAt", "minus_created_at", "CREATED_AT"],
    &["\"", "\\", "\n", "\t", "\u{0}", "{}", "{0}", "*/", "`", "'", "\u{202e}", "😀", "名前"],
    &["type", "async", "fn", "true", "false", "null", "crate", "super", "match"],
];

/// Descriptions.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "Plain.", "", " ", "\"quoted\" and 'quoted'", "a \\ and a trailing \\", "*/ ends no comment /*",
    "/// three", "//! inner", "```\nlet x: u8 = \"no doctest\";\n```", "```rust\nnot closed",
    "~~~\n#![feature(x)]\n~~~", "    indented as code", "line\r\nline\rline", "\u{0}\u{1}\u{7f}\u{1b}[31m",
    "\u{202e}reversed", "<details>\nhidden\n</details>", "<T> and <script>",
    "[link] and [`Client`] and [x](y)", "{} {0} {self} {{", "#[doc = \"x\"]",
    "# Heading\n\nArguments:\n- `id`: none", "| a | b |\n| - | - |\n| 1 | 2 |", "emoji 😀 and 名前",
    "a\n\n\n\n\nb", "- item\n  - nested\n\n1. one", "crate::x and self::y",
];
