//! Changes of a schema, and of what carries one: a parameter, a header, a body, a property.

use super::place::{Direction, Place};
use super::severity::Severity;

/// Makes the enum and its exhaustive matches from one table: name, the end of the id, what the change is to those who
/// send such values, what to those who receive them, and a sentence.
macro_rules! schema_changes {
    ($($name:ident $end:literal $request:ident $response:ident $sentence:literal;)*) => {
        /// Change of a schema, or of what carries one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum SchemaChange {
            $(#[doc = $sentence] $name,)*
        }

        impl SchemaChange {
            /// Every change.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the change in a sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)*
                }
            }

            /// Returns the id of the change at a place.
            pub(super) fn id(self, place: Place) -> &'static str {
                match self {
                    $(Self::$name => match place {
                        Place::RequestBody => concat!("request-body-", $end),
                        Place::RequestProperty => concat!("request-property-", $end),
                        Place::RequestReadOnlyProperty => concat!("request-read-only-property-", $end),
                        Place::RequestParameter => concat!("request-parameter-", $end),
                        Place::RequestParameterProperty => concat!("request-parameter-property-", $end),
                        Place::RequestHeaderProperty => concat!("request-header-property-", $end),
                        Place::ResponseBody => concat!("response-body-", $end),
                        Place::ResponseProperty => concat!("response-property-", $end),
                        Place::ResponseWriteOnlyProperty => concat!("response-write-only-property-", $end),
                        Place::ResponseHeader => concat!("response-header-", $end),
                        Place::ResponseHeaderProperty => concat!("response-header-property-", $end),
                        Place::ResponseMediaType => concat!("response-mediatype-", $end),
                    },)*
                }
            }

            fn by_direction(self, direction: Direction) -> Severity {
                match direction {
                    Direction::Request => match self {
                        $(Self::$name => Severity::$request,)*
                    },
                    Direction::Response => match self {
                        $(Self::$name => Severity::$response,)*
                    },
                }
            }
        }
    };
}

schema_changes! {
    AllOfAdded "all-of-added" Breaking Safe "A part was added to `allOf`: values must satisfy it as well.";
    AllOfAddedAnnotationOnly "all-of-added-annotation-only" Safe Safe "A part was added to `allOf` that constrains nothing.";
    AllOfRemoved "all-of-removed" Dangerous Safe "A part was removed from `allOf`: values need no longer satisfy it.";
    AllOfRemovedAnnotationOnly "all-of-removed-annotation-only" Safe Safe "A part was removed from `allOf` that constrained nothing.";
    AnyOfAdded "any-of-added" Safe Safe "An alternative was added to `anyOf`.";
    AnyOfRemoved "any-of-removed" Breaking Safe "An alternative was removed from `anyOf`.";
    OneOfAdded "one-of-added" Safe Breaking "An alternative was added to `oneOf`.";
    OneOfRemoved "one-of-removed" Breaking Safe "An alternative was removed from `oneOf`.";
    WrappedInOneOf "wrapped-in-one-of" Breaking Breaking "The schema became one alternative of a new `oneOf`; generated types change their shape.";
    NotAdded "not-added" Breaking Safe "A schema that values must not satisfy was added (`not`).";
    NotRemoved "not-removed" Safe Breaking "The schema that values must not satisfy was removed (`not`).";
    NotChanged "not-changed" Dangerous Dangerous "The schema that values must not satisfy changed (`not`).";
    BecameEnum "became-enum" Breaking Safe "The values were restricted to a list (`enum`).";
    EnumRemoved "enum-removed" Safe Dangerous "The list of allowed values (`enum`) was removed.";
    EnumValueAdded "enum-value-added" Safe Dangerous "A value was added to the list of allowed ones (`enum`).";
    EnumValueRemoved "enum-value-removed" Breaking Safe "A value was removed from the list of allowed ones (`enum`).";
    ExtensibleEnumValueAdded "x-extensible-enum-value-added" Safe Safe "A value was added to the open list of known ones (`x-extensible-enum`).";
    ExtensibleEnumValueRemoved "x-extensible-enum-value-removed" Breaking Safe "A value was removed from the open list of known ones (`x-extensible-enum`).";
    IdentityChanged "identity-changed" Dangerous Dangerous "Which schema is meant, or in which dialect it is written, changed (`$dynamicRef`, `$id`, `$schema`). Those are not followed.";
    BecameImpossible "became-impossible" Breaking Safe "No value is allowed any more (`false` as a schema).";
    BecamePossible "became-possible" Safe Breaking "Values are allowed where none was (`false` as a schema).";
    ConstAdded "const-added" Breaking Safe "Only one value is allowed now (`const`).";
    ConstChanged "const-changed" Breaking Breaking "The one allowed value (`const`) changed.";
    ConstRemoved "const-removed" Safe Breaking "More than the one former value is allowed (`const` was removed).";
    BecameNotNullable "became-not-nullable" Breaking Safe "`null` is no longer a value.";
    BecameNullable "became-nullable" Safe Breaking "`null` became a value.";
    BecameOptional "became-optional" Safe Breaking "What was required may be left out.";
    BecameRequired "became-required" Breaking Safe "What could be left out is required.";
    UnlistedBecameOptional "unlisted-property-became-optional" Safe Breaking "A property that `properties` does not list may be left out (`required`).";
    UnlistedBecameRequired "unlisted-property-became-required" Breaking Safe "A property that `properties` does not list is required.";
    BecameRequiredWithDefault "became-required-with-default" Breaking Safe "What could be left out is required, though it has a default value.";
    DefaultValueAdded "default-value-added" Safe Safe "A default value was set.";
    DefaultValueChanged "default-value-changed" Safe Safe "The default value changed.";
    DefaultValueRemoved "default-value-removed" Safe Safe "The default value was unset.";
    TypeChanged "type-changed" Breaking Breaking "Type or format changed to one that takes other values.";
    TypeCompatible "type-compatible" Safe Safe "The type changed to one that looks the same where it is used.";
    TypeGeneralized "type-generalized" Safe Breaking "Type or format changed to one that takes more values.";
    TypeSpecialized "type-specialized" Breaking Safe "Type or format changed to one that takes fewer values.";
    ListOfTypesNarrowed "list-of-types-narrowed" Breaking Safe "The list of types became shorter.";
    ListOfTypesWidened "list-of-types-widened" Safe Breaking "The list of types became longer.";
    MaxDecreased "max-decreased" Breaking Safe "`maximum` decreased.";
    MaxIncreased "max-increased" Safe Breaking "`maximum` increased.";
    MaxSet "max-set" Dangerous Safe "`maximum` was set.";
    MaxUnset "max-unset" Safe Breaking "`maximum` was unset.";
    MinDecreased "min-decreased" Safe Breaking "`minimum` decreased.";
    MinIncreased "min-increased" Breaking Safe "`minimum` increased.";
    MinSet "min-set" Dangerous Safe "`minimum` was set.";
    MinUnset "min-unset" Safe Breaking "`minimum` was unset.";
    ExclusiveMaxDecreased "exclusive-max-decreased" Breaking Safe "`exclusiveMaximum` decreased.";
    ExclusiveMaxIncreased "exclusive-max-increased" Safe Breaking "`exclusiveMaximum` increased.";
    ExclusiveMaxSet "exclusive-max-set" Dangerous Safe "`exclusiveMaximum` was set.";
    ExclusiveMaxUnset "exclusive-max-unset" Safe Breaking "`exclusiveMaximum` was unset.";
    ExclusiveMinDecreased "exclusive-min-decreased" Safe Breaking "`exclusiveMinimum` decreased.";
    ExclusiveMinIncreased "exclusive-min-increased" Breaking Safe "`exclusiveMinimum` increased.";
    ExclusiveMinSet "exclusive-min-set" Dangerous Safe "`exclusiveMinimum` was set.";
    ExclusiveMinUnset "exclusive-min-unset" Safe Breaking "`exclusiveMinimum` was unset.";
    MaxLengthDecreased "max-length-decreased" Breaking Safe "`maxLength` decreased.";
    MaxLengthIncreased "max-length-increased" Safe Breaking "`maxLength` increased.";
    MaxLengthSet "max-length-set" Dangerous Safe "`maxLength` was set.";
    MaxLengthUnset "max-length-unset" Safe Breaking "`maxLength` was unset.";
    MinLengthDecreased "min-length-decreased" Safe Breaking "`minLength` decreased.";
    MinLengthIncreased "min-length-increased" Breaking Safe "`minLength` increased or was set.";
    MaxItemsDecreased "max-items-decreased" Breaking Safe "`maxItems` decreased.";
    MaxItemsIncreased "max-items-increased" Safe Breaking "`maxItems` increased.";
    MaxItemsSet "max-items-set" Dangerous Safe "`maxItems` was set.";
    MaxItemsUnset "max-items-unset" Safe Breaking "`maxItems` was unset.";
    MinItemsDecreased "min-items-decreased" Safe Breaking "`minItems` decreased.";
    MinItemsIncreased "min-items-increased" Breaking Safe "`minItems` increased.";
    MinItemsSet "min-items-set" Dangerous Safe "`minItems` was set.";
    MinItemsUnset "min-items-unset" Safe Breaking "`minItems` was unset.";
    MaxPropertiesDecreased "max-properties-decreased" Breaking Safe "`maxProperties` decreased.";
    MaxPropertiesIncreased "max-properties-increased" Safe Breaking "`maxProperties` increased.";
    MaxPropertiesSet "max-properties-set" Dangerous Safe "`maxProperties` was set.";
    MaxPropertiesUnset "max-properties-unset" Safe Breaking "`maxProperties` was unset.";
    MinPropertiesDecreased "min-properties-decreased" Safe Breaking "`minProperties` decreased.";
    MinPropertiesIncreased "min-properties-increased" Breaking Safe "`minProperties` increased.";
    MinPropertiesSet "min-properties-set" Dangerous Safe "`minProperties` was set.";
    MinPropertiesUnset "min-properties-unset" Safe Breaking "`minProperties` was unset.";
    MaxContainsDecreased "max-contains-decreased" Breaking Safe "`maxContains` decreased or was set.";
    MaxContainsIncreased "max-contains-increased" Safe Breaking "`maxContains` increased or was unset.";
    MinContainsDecreased "min-contains-decreased" Safe Breaking "`minContains` decreased or was unset.";
    MinContainsIncreased "min-contains-increased" Breaking Safe "`minContains` increased or was set.";
    MultipleOfSet "multiple-of-set" Dangerous Safe "`multipleOf` was set.";
    MultipleOfUnset "multiple-of-unset" Safe Breaking "`multipleOf` was unset.";
    MultipleOfChanged "multiple-of-changed" Breaking Breaking "`multipleOf` changed.";
    UniqueItemsSet "unique-items-set" Breaking Safe "Items must differ from one another (`uniqueItems`).";
    UniqueItemsUnset "unique-items-unset" Safe Breaking "Items may repeat (`uniqueItems` was unset).";
    PatternAdded "pattern-added" Breaking Safe "A pattern was set.";
    PatternChanged "pattern-changed" Dangerous Safe "The pattern changed.";
    PatternGeneralized "pattern-generalized" Safe Breaking "The pattern changed to one that every text matches.";
    PatternRemoved "pattern-removed" Safe Safe "The pattern was unset.";
    PatternPropertyAdded "pattern-property-added" Breaking Safe "Properties whose names match a pattern are constrained (`patternProperties`).";
    PatternPropertyRemoved "pattern-property-removed" Safe Breaking "Properties whose names match a pattern are no longer constrained (`patternProperties`).";
    PropertyNamesAdded "property-names-added" Breaking Safe "The names of properties are constrained (`propertyNames`).";
    PropertyNamesRemoved "property-names-removed" Safe Breaking "The names of properties are no longer constrained (`propertyNames`).";
    PrefixItemsAdded "prefix-items-added" Safe Breaking "A position of the array got a schema of its own (`prefixItems`).";
    PrefixItemsRemoved "prefix-items-removed" Breaking Safe "A position of the array lost its own schema (`prefixItems`).";
    ContainsAdded "contains-added" Breaking Safe "The array must contain an item of a certain schema (`contains`).";
    ContainsRemoved "contains-removed" Safe Breaking "The array need not contain an item of a certain schema any more (`contains`).";
    UnevaluatedItemsAdded "unevaluated-items-added" Breaking Safe "Items that no other keyword describes are constrained (`unevaluatedItems`).";
    UnevaluatedItemsRemoved "unevaluated-items-removed" Safe Breaking "Items that no other keyword describes are no longer constrained (`unevaluatedItems`).";
    UnevaluatedPropertiesAdded "unevaluated-properties-added" Breaking Safe "Properties that no other keyword describes are constrained (`unevaluatedProperties`).";
    UnevaluatedPropertiesRemoved "unevaluated-properties-removed" Safe Breaking "Properties that no other keyword describes are no longer constrained (`unevaluatedProperties`).";
    AdditionalPropertiesForbidden "additional-properties-forbidden" Breaking Safe "Properties that are not listed are no longer allowed (`additionalProperties: false`).";
    AdditionalPropertiesAllowed "additional-properties-allowed" Safe Dangerous "Properties that are not listed became allowed (`additionalProperties`).";
    AdditionalPropertiesConstrained "additional-properties-constrained" Breaking Safe "Properties that are not listed must satisfy a schema (`additionalProperties`).";
    AdditionalPropertiesUnconstrained "additional-properties-unconstrained" Safe Breaking "Properties that are not listed may have any value (`additionalProperties`).";
    ItemsAdded "items-added" Breaking Safe "The items of the array are constrained (`items`).";
    ItemsRemoved "items-removed" Safe Breaking "The items of the array are no longer constrained (`items`).";
    DependentRequiredAdded "dependent-required-added" Breaking Safe "One property requires others (`dependentRequired`).";
    DependentRequiredChanged "dependent-required-changed" Breaking Breaking "What one property requires of others changed (`dependentRequired`).";
    DependentRequiredRemoved "dependent-required-removed" Safe Breaking "One property no longer requires others (`dependentRequired`).";
    DependentSchemaAdded "dependent-schema-added" Breaking Safe "One property asks for a schema (`dependentSchemas`).";
    DependentSchemaRemoved "dependent-schema-removed" Safe Breaking "One property no longer asks for a schema (`dependentSchemas`).";
    IfAdded "if-added" Breaking Safe "A condition was added (`if`).";
    IfRemoved "if-removed" Safe Breaking "The condition was removed (`if`).";
    ThenAdded "then-added" Breaking Safe "A consequence of the condition was added (`then`).";
    ThenRemoved "then-removed" Safe Breaking "The consequence of the condition was removed (`then`).";
    ElseAdded "else-added" Breaking Safe "A consequence of the condition's failing was added (`else`).";
    ElseRemoved "else-removed" Safe Breaking "The consequence of the condition's failing was removed (`else`).";
    ContentEncodingChanged "content-encoding-changed" Breaking Breaking "The encoding of the text (`contentEncoding`) changed.";
    ContentMediaTypeChanged "content-media-type-changed" Breaking Breaking "The media type of the text (`contentMediaType`) changed.";
    ContentSchemaAdded "content-schema-added" Breaking Safe "What the text contains must satisfy a schema (`contentSchema`).";
    ContentSchemaRemoved "content-schema-removed" Safe Breaking "What the text contains need not satisfy a schema any more (`contentSchema`).";
    DiscriminatorAdded "discriminator-added" Safe Safe "A discriminator was added.";
    DiscriminatorRemoved "discriminator-removed" Safe Safe "The discriminator was removed.";
    DiscriminatorPropertyNameChanged "discriminator-property-name-changed" Safe Safe "Another property distinguishes the alternatives (`discriminator`).";
    DiscriminatorMappingAdded "discriminator-mapping-added" Safe Safe "A value that selects an alternative was added (`discriminator.mapping`).";
    DiscriminatorMappingChanged "discriminator-mapping-changed" Safe Safe "A value selects another alternative (`discriminator.mapping`).";
    DiscriminatorMappingDeleted "discriminator-mapping-deleted" Safe Safe "A value that selected an alternative was removed (`discriminator.mapping`).";
    DiscriminatorMeaningChanged "discriminator-meaning-changed" Breaking Breaking "An alternative is selected by another value or another property (`discriminator`).";
    MediaTypeSchemaAdded "media-type-schema-added" Breaking Safe "A media type got a schema.";
    MediaTypeSchemaRemoved "media-type-schema-removed" Safe Dangerous "A media type lost its schema.";
    MediaTypeAdded "media-type-added" Safe Safe "A media type was added.";
    MediaTypeRemoved "media-type-removed" Breaking Breaking "A media type was removed.";
    EncodingChanged "encoding-changed" Breaking Breaking "How parts of a form are written (`encoding`) changed.";
    SchemaAdded "schema-added" Breaking Safe "What had no schema got one.";
    SchemaRemoved "schema-removed" Safe Dangerous "What had a schema lost it.";
    Added "added" Safe Safe "It was added.";
    AddedOptional "added-optional" Safe Safe "It was added, and may be left out.";
    AddedRequired "added-required" Breaking Safe "It was added, and is required.";
    Removed "removed" Dangerous Breaking "It was removed.";
    RemovedBeforeSunset "removed-before-sunset" Breaking Breaking "It was removed before its announced end (`x-sunset`).";
    RemovedWithDeprecation "removed-with-deprecation" Safe Safe "It was removed after it had been deprecated.";
    Deprecated "deprecated" Safe Safe "It was deprecated.";
    DeprecatedWithSunset "deprecated-with-sunset" Safe Safe "It was deprecated, with the day of its end (`x-sunset`).";
    DeprecatedSunsetMissing "deprecated-sunset-missing" Breaking Breaking "It was deprecated without the day of its end (`x-sunset`).";
    DeprecatedSunsetInvalid "deprecated-sunset-invalid" Breaking Breaking "It was deprecated, and the day of its end (`x-sunset`) is no date.";
    Reactivated "reactivated" Safe Safe "It is no longer deprecated.";
    SunsetDateTooSmall "sunset-date-too-small" Breaking Breaking "Its announced end (`x-sunset`) is too near.";
    SunsetDateChangedTooSmall "sunset-date-changed-too-small" Breaking Breaking "Its announced end (`x-sunset`) was moved, and is too near.";
    SunsetDeleted "sunset-deleted" Breaking Breaking "Its announced end (`x-sunset`) was removed, though it is still deprecated.";
    SunsetParse "sunset-parse" Breaking Breaking "Its announced end (`x-sunset`) is no date.";
    StabilityDecreased "stability-decreased" Breaking Breaking "Its level of stability (`x-stability-level`) decreased.";
    StabilityIncreased "stability-increased" Safe Safe "Its level of stability (`x-stability-level`) increased.";
    StyleChanged "style-changed" Breaking Breaking "How the value is written (`style`) changed.";
    ExplodeChanged "explode-changed" Breaking Breaking "Whether lists and objects become several values (`explode`) changed.";
    AllowReservedChanged "allow-reserved-changed" Dangerous Dangerous "Whether reserved characters are left unencoded (`allowReserved`) changed.";
    AllowEmptyValueRemoved "allow-empty-value-removed" Breaking Safe "The value may no longer be empty (`allowEmptyValue`).";
    AllowEmptyValueAdded "allow-empty-value-added" Safe Dangerous "The value may be empty (`allowEmptyValue`).";
    ContentStyleChanged "content-style-changed" Breaking Breaking "The value is written by other rules: by `schema` before and by `content` now, or the reverse.";
    ContentTypeChanged "content-type-changed" Breaking Breaking "The value is written in another media type (`content`).";
    TitleChanged "title-changed" Docs Docs "The title changed.";
    DescriptionChanged "description-changed" Docs Docs "The description changed.";
    ExampleChanged "example-changed" Docs Docs "The examples changed.";
    ExternalDocsChanged "external-docs-changed" Docs Docs "The link to further documentation changed.";
    XmlChanged "xml-changed" Dangerous Dangerous "How it is written as XML (`xml`) changed.";
}

impl SchemaChange {
    /// Returns what the change does on the wire at a place.
    pub(super) fn severity(self, place: Place) -> Severity {
        match (place, self) {
            // Nobody sends these.
            (Place::RequestReadOnlyProperty | Place::ResponseWriteOnlyProperty, _) => Severity::Safe,
            (Place::RequestBody, Self::Removed) => Severity::Breaking,
            // A parameter that is left out means its default: other requests than before are meant by the same text.
            (
                Place::RequestParameter,
                Self::DefaultValueAdded | Self::DefaultValueChanged | Self::DefaultValueRemoved,
            ) => Severity::Breaking,
            // Different from other places: oasdiff has these as warnings.
            // Parts of a parameter are written as text whatever their type.
            (Place::RequestParameterProperty, Self::TypeChanged) => Severity::Dangerous,
            _ => self.by_direction(place.direction()),
        }
    }

    /// Why the change matters at a place, and what to do.
    pub(super) fn explanation(self, place: Place) -> String {
        let what = self.sentence();
        let advice = match (place.direction(), self.severity(place)) {
            (_, Severity::Docs) => "No change on the wire; read it, it may announce a change elsewhere.",
            (Direction::Request, Severity::Safe) => {
                "Requests that were right stay right; nothing needs to be done."
            }
            (Direction::Response, Severity::Safe) => {
                "Programs that understood the responses still do; nothing needs to be done."
            }
            (Direction::Request, Severity::Dangerous) => {
                "Requests that were right may be refused: check what your program sends against the new document."
            }
            (Direction::Response, Severity::Dangerous) => {
                "Responses may hold what programs have not seen: check that yours takes it, and ignores what it does not know."
            }
            (Direction::Request, Severity::Breaking) => {
                "Requests that were right are refused or mean something else: change what your program sends before the server \
                 changes, or stay on the old version of the API."
            }
            (Direction::Response, Severity::Breaking) => {
                "Responses no longer are what programs rely on: teach your program the new form before the server changes, or \
                 stay on the old version of the API."
            }
        };
        let place = place.describe();
        format!("In {place}: {what} {advice}")
    }

    /// Returns whether the change can be reported at a place.
    pub(crate) fn is_at(self, place: Place) -> bool {
        match place {
            // Few changes have a name of their own where nobody sends the property.
            Place::RequestReadOnlyProperty => matches!(
                self,
                Self::EnumValueRemoved
                    | Self::ExclusiveMaxDecreased
                    | Self::ExclusiveMinIncreased
                    | Self::MaxDecreased
                    | Self::MaxLengthDecreased
                    | Self::MinIncreased
            ),
            Place::ResponseWriteOnlyProperty => {
                matches!(self, Self::BecameOptional | Self::BecameRequired | Self::EnumValueAdded)
            }
            Place::RequestHeaderProperty => matches!(self, Self::BecameEnum | Self::BecameRequired),
            Place::ResponseMediaType => self == Self::EnumValueRemoved,
            _ => self.is_usually_at(place),
        }
    }

    /// Returns whether the change can come up at one of the places that take most changes.
    fn is_usually_at(self, place: Place) -> bool {
        let (body, property, parameter, header) = (
            matches!(place, Place::RequestBody | Place::ResponseBody),
            matches!(
                place,
                Place::RequestProperty
                    | Place::ResponseProperty
                    | Place::RequestParameterProperty
                    | Place::ResponseHeaderProperty
            ),
            place == Place::RequestParameter,
            place == Place::ResponseHeader,
        );
        match self {
            Self::MediaTypeSchemaAdded | Self::MediaTypeSchemaRemoved | Self::EncodingChanged => body,
            Self::MediaTypeAdded | Self::MediaTypeRemoved => place == Place::RequestBody,
            Self::AddedOptional | Self::AddedRequired => {
                matches!(place, Place::RequestBody | Place::RequestParameterProperty)
            }
            Self::WrappedInOneOf => body,
            Self::Added => header || place == Place::ResponseHeaderProperty,
            Self::Removed => {
                parameter
                    || matches!(
                        place,
                        Place::RequestBody
                            | Place::RequestProperty
                            | Place::RequestParameterProperty
                            | Place::ResponseHeaderProperty
                    )
            }
            Self::BecameOptional | Self::BecameRequired => {
                property || parameter || header || place == Place::RequestBody
            }
            Self::BecameRequiredWithDefault => place == Place::RequestProperty,
            Self::RemovedBeforeSunset
            | Self::RemovedWithDeprecation
            | Self::SunsetDateChangedTooSmall
            | Self::SunsetDeleted
            | Self::SunsetParse
            | Self::AllowReservedChanged
            | Self::AllowEmptyValueAdded
            | Self::AllowEmptyValueRemoved => parameter,
            Self::StyleChanged
            | Self::ExplodeChanged
            | Self::ContentStyleChanged
            | Self::ContentTypeChanged
            | Self::SchemaAdded
            | Self::SchemaRemoved => parameter || header,
            Self::DeprecatedSunsetInvalid | Self::DeprecatedWithSunset => property || body,
            Self::DeprecatedSunsetMissing | Self::SunsetDateTooSmall => property || body || parameter,
            Self::StabilityDecreased | Self::StabilityIncreased => {
                matches!(place, Place::RequestProperty | Place::ResponseProperty)
            }
            Self::PatternGeneralized => place.direction() == Direction::Request,
            // Where parts of a request are written without their types, fewer types differ from other types.
            Self::TypeSpecialized => {
                place.direction() == Direction::Response || place == Place::RequestParameterProperty
            }
            Self::TypeCompatible => {
                place.direction() == Direction::Response
                    || matches!(place, Place::RequestBody | Place::RequestProperty)
            }
            Self::EnumValueRemoved => place != Place::ResponseBody,
            _ => body || property || parameter || header,
        }
    }
}
