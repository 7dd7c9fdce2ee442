//! Keywords of a schema, and what kind of thing each holds.

/// Kind of content of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A schema.
    Schema,
    /// Schemas by name.
    SchemaMap,
    /// Schemas whose order means nothing.
    SchemaList,
    /// Schemas whose order means something.
    SchemaTuple,
    /// Values whose order means nothing.
    Set,
    /// A value.
    Value,
    /// Words for people.
    Words,
}

macro_rules! keywords {
    ($($name:ident $text:literal $holds:ident;)*) => {
        /// A keyword of a schema that the comparison knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Keyword {
            $($name,)*
        }

        impl Keyword {
            /// Number of keywords.
            pub(crate) const COUNT: usize = [$($text),*].len();

            /// Returns the keyword that a key is.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Returns what it holds.
            pub(crate) fn holds(self) -> Holds {
                match self {
                    $(Self::$name => Holds::$holds,)*
                }
            }
        }
    };
}

keywords! {
    Reference "$ref" Value;
    DynamicReference "$dynamicRef" Value;
    Id "$id" Value;
    Dialect "$schema" Value;
    Type "type" Set;
    Format "format" Value;
    Nullable "nullable" Value;
    Enum "enum" Set;
    ExtensibleEnum "x-extensible-enum" Set;
    Const "const" Value;
    Default "default" Value;
    Maximum "maximum" Value;
    Minimum "minimum" Value;
    ExclusiveMaximum "exclusiveMaximum" Value;
    ExclusiveMinimum "exclusiveMinimum" Value;
    MultipleOf "multipleOf" Value;
    MaxLength "maxLength" Value;
    MinLength "minLength" Value;
    Pattern "pattern" Value;
    MaxItems "maxItems" Value;
    MinItems "minItems" Value;
    UniqueItems "uniqueItems" Value;
    MaxContains "maxContains" Value;
    MinContains "minContains" Value;
    MaxProperties "maxProperties" Value;
    MinProperties "minProperties" Value;
    Required "required" Set;
    Properties "properties" SchemaMap;
    PatternProperties "patternProperties" SchemaMap;
    AdditionalProperties "additionalProperties" Schema;
    PropertyNames "propertyNames" Schema;
    UnevaluatedProperties "unevaluatedProperties" Schema;
    DependentRequired "dependentRequired" Value;
    DependentSchemas "dependentSchemas" SchemaMap;
    Items "items" Schema;
    PrefixItems "prefixItems" SchemaTuple;
    Contains "contains" Schema;
    UnevaluatedItems "unevaluatedItems" Schema;
    AllOf "allOf" SchemaList;
    AnyOf "anyOf" SchemaList;
    OneOf "oneOf" SchemaList;
    Not "not" Schema;
    If "if" Schema;
    Then "then" Schema;
    Else "else" Schema;
    Discriminator "discriminator" Value;
    ContentEncoding "contentEncoding" Value;
    ContentMediaType "contentMediaType" Value;
    ContentSchema "contentSchema" Schema;
    ReadOnly "readOnly" Value;
    WriteOnly "writeOnly" Value;
    Deprecated "deprecated" Value;
    Sunset "x-sunset" Value;
    Stability "x-stability-level" Value;
    Xml "xml" Value;
    Title "title" Words;
    Description "description" Words;
    Example "example" Words;
    Examples "examples" Words;
    ExternalDocs "externalDocs" Words;
}

impl Keyword {
    /// Returns whether it restricts values. The others describe them, or say who may send them.
    pub(crate) fn constrains(self) -> bool {
        use Keyword as K;
        self.holds() != Holds::Words
            && !matches!(
                self,
                K::Default
                    | K::Id
                    | K::Dialect
                    | K::Discriminator
                    | K::ReadOnly
                    | K::WriteOnly
                    | K::Deprecated
                    | K::Sunset
                    | K::Stability
                    | K::Xml
                    | K::ExtensibleEnum
            )
    }
}
