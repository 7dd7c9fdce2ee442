//! Changes around schemas, and defects of documents.

use super::severity::Severity;

/// Kind of thing that a rule is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Change of what crosses the wire, or of its description.
    Change,
    /// Document's own version: how it is published.
    Process,
    /// Document itself, not a change.
    Defect,
}

/// Makes the enum and its exhaustive matches from one table: by kind the name, id, severity, and why it matters.
macro_rules! api_rules {
    ($($kind:ident { $($name:ident $id:literal $severity:ident $explanation:literal;)* })*) => {
        /// Change around schemas, or defect of a document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ApiRule {
            $($(#[doc = $explanation] $name,)*)*
        }

        impl ApiRule {
            /// Every rule of this kind.
            pub const ALL: &[Self] = &[$($(Self::$name),*),*];

            /// Returns the id.
            pub(super) fn id(self) -> &'static str {
                match self {
                    $($(Self::$name => $id,)*)*
                }
            }

            /// Returns what the change does on the wire.
            pub(super) fn severity(self) -> Severity {
                match self {
                    $($(Self::$name => Severity::$severity,)*)*
                }
            }

            fn kind(self) -> Kind {
                match self {
                    $($(Self::$name => Kind::$kind,)*)*
                }
            }

            /// Why it matters, and what to do.
            pub(super) fn explanation(self) -> &'static str {
                match self {
                    $($(Self::$name => $explanation,)*)*
                }
            }
        }
    };
}

api_rules! {
    Change {
    // endpoints
    EndpointAdded "endpoint-added" Safe "An operation was added. Nothing needs to be done.";
    EndpointDeprecated "endpoint-deprecated" Safe "An operation was deprecated. Plan to leave it; the document may name what replaces it.";
    EndpointDeprecatedWithSunset "endpoint-deprecated-with-sunset" Safe "An operation was deprecated, with the day of its end. Leave it before that day.";
    EndpointReactivated "endpoint-reactivated" Safe "An operation is no longer deprecated. Nothing needs to be done.";
    DeprecatedSunsetMissing "api-deprecated-sunset-missing" Breaking "An operation was deprecated without the day of its end, though a policy asks for one. Ask the publisher for `x-sunset`.";
    DeprecatedSunsetParse "api-deprecated-sunset-parse" Breaking "An operation was deprecated, and the day of its end is no date. Report it to the publisher.";
    SunsetDateTooSmall "api-sunset-date-too-small" Breaking "An operation was deprecated and ends sooner than the policy allows. Leave it now, or ask the publisher for more time.";
    SunsetDateChangedTooSmall "api-sunset-date-changed-too-small" Breaking "The end of a deprecated operation was moved to a nearer day than the policy allows. Leave it now, or ask the publisher for more time.";
    SunsetDeleted "sunset-deleted" Breaking "The end of a deprecated operation was taken out of the document: it may come any day. Ask the publisher for `x-sunset`.";
    SunsetNearer "sunset-nearer" Dangerous "The end of something deprecated was announced, or moved to an earlier day, or is no longer announced. Leave it before that day.";
    SunsetFurther "sunset-further" Safe "The end of something deprecated was moved to a later day. Leave it before that day.";
    SunsetRepaired "sunset-repaired" Safe "The end of something deprecated was no date before, and is one now. Leave it before that day.";
    PathRemovedBeforeSunset "api-path-removed-before-sunset" Breaking "A path was removed before its announced end. Calls fail with 404: stay on the old version or ask the publisher.";
    PathRemovedWithDeprecation "api-path-removed-with-deprecation" Safe "A path was removed after it had been deprecated. Calls fail with 404, as announced.";
    PathRemovedWithoutDeprecation "api-path-removed-without-deprecation" Breaking "A path was removed without having been deprecated. Calls fail with 404: find out what replaces it before the server changes.";
    PathSunsetParse "api-path-sunset-parse" Breaking "A deprecated path was removed, and the day of its end was no date, so that it was unknown. Calls fail with 404.";
    RemovedBeforeSunset "api-removed-before-sunset" Breaking "An operation was removed before its announced end. Calls fail with 405 or 404: stay on the old version or ask the publisher.";
    RemovedWithDeprecation "api-removed-with-deprecation" Safe "An operation was removed after it had been deprecated. Calls fail, as announced.";
    RemovedWithoutDeprecation "api-removed-without-deprecation" Breaking "An operation was removed without having been deprecated. Calls fail: find out what replaces it before the server changes.";
    InvalidStabilityLevel "api-invalid-stability-level" Breaking "`x-stability-level` is none of draft, alpha, beta and stable, so what is promised is unknown. Report it to the publisher.";
    StabilityDecreased "api-stability-decreased" Breaking "Less is promised of an operation than before. Prepare for changes without notice.";
    StabilityIncreased "api-stability-increased" Safe "More is promised of an operation than before. Nothing needs to be done.";
    OperationIdAdded "api-operation-id-added" Safe "An operation got an id. Generated code may name it differently.";
    OperationIdRemoved "api-operation-id-removed" Safe "An operation lost its id or got another. Generated code names it differently.";
    TagAdded "api-tag-added" Safe "An operation got a tag. Code generators that group by tag may move it.";
    TagRemoved "api-tag-removed" Safe "An operation lost a tag. Code generators that group by tag may move it.";
    WebhookAdded "webhook-added" Safe "The server may call a webhook that it did not have. Nothing needs to be done unless you subscribe to it.";
    WebhookRemoved "webhook-removed" Breaking "The server no longer calls a webhook. Find out what replaces it: what you waited for will not come.";
    CallbackAdded "api-callback-added" Safe "An operation got a callback. The server may call you where you ask it to.";
    CallbackRemoved "api-callback-removed" Breaking "An operation lost a callback. What you waited for will not come.";
    UnstableChanged "api-unstable-changed" Safe "An operation of which nothing was promised (draft, alpha) changed. See whether you use it all the same.";
    UnstableRemoved "api-unstable-removed" Safe "An operation of which nothing was promised (draft, alpha) was removed. See whether you use it all the same.";
    RemovedAfterSunset "api-removed-after-sunset" Safe "An operation was removed after its announced end. Calls fail, as announced.";
    ParameterRemovedAfterSunset "request-parameter-removed-after-sunset" Safe "A parameter was removed after its announced end. What clients send there has no effect, as announced.";
    OperationServersChanged "api-servers-changed" Dangerous "An operation is served from other addresses. Check which one your program calls.";
    SummaryChanged "api-summary-changed" Docs "The summary of an operation or a path changed. No change on the wire.";
    DescriptionChanged "api-description-changed" Docs "The description of an operation, a path, a body or a response changed. Read it: it may announce a change elsewhere.";
    ExternalDocsChanged "api-external-docs-changed" Docs "The link to an operation's documentation changed. No change on the wire.";
    LinkAdded "response-link-added" Safe "A response names an operation that follows. Nothing needs to be done.";
    LinkRemoved "response-link-removed" Safe "A response no longer names an operation that follows. The operation itself may still be there.";
    LinkChanged "response-link-changed" Safe "A response names the operation that follows differently. Programs that follow links should be tried.";
    PathParameterRenamed "request-path-parameter-renamed" Safe "A parameter in the path has another name. The wire is the same; generated code names it differently.";
    // parameters
    NewOptionalParameter "new-optional-request-parameter" Safe "A parameter was added that may be left out. Nothing needs to be done.";
    NewRequiredParameter "new-required-request-parameter" Breaking "A parameter was added that is required. Requests without it are refused: send it before the server changes.";
    NewPathParameter "new-request-path-parameter" Breaking "A parameter was added to the path. Requests without it reach nothing: send it before the server changes.";
    NewOptionalDefaultParameter "new-optional-request-default-parameter-to-existing-path" Safe "A parameter that may be left out was added to all operations of a path. Nothing needs to be done.";
    NewRequiredDefaultParameter "new-required-request-default-parameter-to-existing-path" Breaking "A required parameter was added to all operations of a path. Requests without it are refused: send it before the server changes.";
    NewRequiredHeaderProperty "new-required-request-header-property" Breaking "A part of a request header was added that is required. Requests without it are refused: send it before the server changes.";
    ParameterMoved "request-parameter-moved" Breaking "A parameter moved to another place, as from the query to a header. Requests with it in the old place are without it: send it in the new place before the server changes.";
    DefaultOfRequiredChanged "request-parameter-required-default-changed" Docs "The default value of a required parameter changed. It never applies: requests without the parameter are refused.";
    // properties
    NewOptionalRequestProperty "new-optional-request-property" Safe "A property was added to a request that may be left out. Nothing needs to be done.";
    NewRequiredRequestProperty "new-required-request-property" Breaking "A property was added to a request that is required. Requests without it are refused: send it before the server changes.";
    NewRequiredRequestPropertyWithDefault "new-required-request-property-with-default" Breaking "A property was added to a request that is required, though it has a default value. Send it before the server changes.";
    RequestOptionalBecameNotReadOnly "request-optional-property-became-not-read-only" Safe "An optional property of a request is no longer read-only. Clients may send it.";
    RequestOptionalBecameNotWriteOnly "request-optional-property-became-not-write-only" Safe "An optional property of a request is no longer write-only. Responses may hold it.";
    RequestOptionalBecameReadOnly "request-optional-property-became-read-only" Safe "An optional property of a request became read-only. What clients send there has no effect.";
    RequestOptionalBecameWriteOnly "request-optional-property-became-write-only" Safe "An optional property of a request became write-only. Responses will not hold it.";
    RequestRequiredBecameNotReadOnly "request-required-property-became-not-read-only" Safe "A required property of a request is no longer read-only. Clients must send it.";
    RequestRequiredBecameNotWriteOnly "request-required-property-became-not-write-only" Safe "A required property of a request is no longer write-only. Responses may hold it.";
    RequestRequiredBecameReadOnly "request-required-property-became-read-only" Safe "A required property of a request became read-only. Clients need not send it.";
    RequestRequiredBecameWriteOnly "request-required-property-became-write-only" Safe "A required property of a request became write-only. Responses will not hold it.";
    ResponseOptionalAdded "response-optional-property-added" Safe "A property was added to a response that may be absent. Programs must ignore what they do not know.";
    ResponseOptionalRemoved "response-optional-property-removed" Dangerous "A property that could be absent was removed from a response. It is always absent now: check that your program does without.";
    ResponseRequiredAdded "response-required-property-added" Safe "A property was added to a response that is always there. Programs must ignore what they do not know.";
    ResponseRequiredRemoved "response-required-property-removed" Breaking "A property that was always there was removed from a response. Teach your program to do without before the server changes.";
    ResponseOptionalWriteOnlyAdded "response-optional-write-only-property-added" Safe "A write-only property was added to the schema of a response. Responses never hold it.";
    ResponseOptionalWriteOnlyRemoved "response-optional-write-only-property-removed" Safe "A write-only property was removed from the schema of a response. Responses never held it.";
    ResponseRequiredWriteOnlyAdded "response-required-write-only-property-added" Safe "A required write-only property was added to the schema of a response. Responses never hold it.";
    ResponseRequiredWriteOnlyRemoved "response-required-write-only-property-removed" Safe "A required write-only property was removed from the schema of a response. Responses never held it.";
    ResponseOptionalBecameNotReadOnly "response-optional-property-became-not-read-only" Safe "An optional property of a response is no longer read-only. Clients may send it.";
    ResponseOptionalBecameNotWriteOnly "response-optional-property-became-not-write-only" Safe "An optional property of a response is no longer write-only. Responses may hold it.";
    ResponseOptionalBecameReadOnly "response-optional-property-became-read-only" Safe "An optional property of a response became read-only. What clients send there has no effect.";
    ResponseOptionalBecameWriteOnly "response-optional-property-became-write-only" Safe "An optional property of a response became write-only. Responses will not hold it.";
    ResponseRequiredBecameNotReadOnly "response-required-property-became-not-read-only" Safe "A required property of a response is no longer read-only. Clients may send it.";
    ResponseRequiredBecameNotWriteOnly "response-required-property-became-not-write-only" Dangerous "A required property of a response is no longer write-only. Responses hold it now: check that your program takes it.";
    ResponseRequiredBecameReadOnly "response-required-property-became-read-only" Safe "A required property of a response became read-only. What clients send there has no effect.";
    ResponseRequiredBecameWriteOnly "response-required-property-became-write-only" Safe "A required property of a response became write-only. Responses will not hold it.";
    RequestRequiredMustBeSent "request-required-property-must-be-sent" Breaking "A required property of a request is no longer read-only. Requests without it are refused: send it before the server changes.";
    ResponseRequiredNoLongerSent "response-required-property-no-longer-sent" Breaking "A required property of a response became write-only. Responses no longer have it: teach your program to do without before the server changes.";
    ResponseOptionalNoLongerSent "response-optional-property-no-longer-sent" Dangerous "An optional property of a response became write-only. Responses no longer have it: check that your program does without.";
    // what the server sends to webhooks and callbacks
    SentBodyAdded "sent-body-added" Safe "What the server sends to a webhook or a callback has a body now. Receivers must ignore what they do not know.";
    SentBodyRemoved "sent-body-removed" Breaking "What the server sends to a webhook or a callback has no body any more. Teach your receiver to do without before the server changes.";
    SentBodyBecameOptional "sent-body-became-optional" Breaking "What the server sends to a webhook or a callback may lack its body. Teach your receiver to do without before the server changes.";
    SentBodyBecameRequired "sent-body-became-required" Safe "What the server sends to a webhook or a callback always has a body. Nothing needs to be done.";
    // responses
    ResponseSuccessStatusAdded "response-success-status-added" Safe "An operation may return success with another status. Programs should take any 2xx.";
    ResponseSuccessStatusRemoved "response-success-status-removed" Breaking "An operation no longer returns success with a status. Programs that wait for exactly that one take success for failure.";
    ResponseNonSuccessStatusAdded "response-non-success-status-added" Safe "An operation may respond with another status that is no success. Programs should have a general way with those.";
    ResponseNonSuccessStatusRemoved "response-non-success-status-removed" Safe "An operation no longer responds with a status that is no success. Nothing needs to be done.";
    ResponseDefaultAdded "response-default-added" Safe "The response of an operation where no other status is described was added. Programs should have a general way with those.";
    ResponseDefaultRemoved "response-default-removed" Safe "The response of an operation where no other status is described was removed. Programs should have a general way with those.";
    ResponseMediaTypeAdded "response-media-type-added" Safe "A response can come in another media type. Ask for the one you understand (`Accept`).";
    ResponseMediaTypeRemoved "response-media-type-removed" Breaking "A response no longer comes in a media type. Teach your program another before the server changes.";
    ResponseMediaTypeNameChanged "response-media-type-name-changed" Safe "The parameters of a response's media type changed. Programs that compare the whole `Content-Type` should not.";
    ResponseMediaTypeNameGeneralized "response-media-type-name-generalized" Breaking "A response's media type became a more general one. Your program may not know what comes.";
    ResponseMediaTypeNameSpecialized "response-media-type-name-specialized" Safe "A response's media type became a more specific one. Programs that took the general one take it.";
    RequestMediaTypeNameChanged "request-body-media-type-name-changed" Safe "The charset of a request's media type is named, or no longer is. Requests are encoded as before.";
    MediaTypeCharsetChanged "media-type-charset-changed" Breaking "The text of a body is in another charset. Programs that expect the old one misread it: read the charset from `Content-Type`, and send the new one.";
    RequiredResponseHeaderRemoved "required-response-header-removed" Breaking "A header that was always there was removed from a response. Teach your program to do without before the server changes.";
    OptionalResponseHeaderRemoved "optional-response-header-removed" Dangerous "A header that could be absent was removed from a response. It is always absent now: check that your program does without.";
    // components
    SchemaRemoved "api-schema-removed" Safe "A named schema was removed. The wire is as the other findings say; generated code loses a type.";
    SecurityComponentAdded "api-security-component-added" Safe "A way to authenticate was described. Nothing needs to be done until an operation asks for it.";
    SecurityComponentRemoved "api-security-component-removed" Safe "A way to authenticate is no longer described. See which operations asked for it.";
    SecurityComponentRenamed "api-security-component-renamed" Safe "A way to authenticate has another name. What is sent is the same; generated code may name it differently.";
    SecurityComponentUnmatched "api-security-component-unmatched" Dangerous "A way to authenticate is no longer described under its name, and a new one is sent in the same way. Whether they are one could not be determined: read both descriptions, and try a request.";
    SecurityComponentTypeChanged "api-security-component-type-changed" Safe "A way to authenticate is of another type. Credentials may have to be sent differently.";
    SecurityComponentUrlChanged "api-security-component-oauth-url-changed" Safe "The page where users agree (OAuth) moved. Programs that hold its address need the new one.";
    SecurityComponentTokenUrlChanged "api-security-component-oauth-token-url-changed" Safe "The place where tokens are fetched (OAuth) moved. Programs that hold its address need the new one.";
    SecurityComponentRefreshUrlChanged "api-security-component-oauth-refresh-url-changed" Safe "The place where tokens are renewed (OAuth) moved. Programs that hold its address need the new one.";
    SecurityComponentScopeAdded "api-security-component-oauth-scope-added" Safe "A scope (OAuth) was added. Nothing needs to be done until an operation asks for it.";
    SecurityComponentScopeChanged "api-security-component-oauth-scope-changed" Docs "A scope (OAuth) is described differently. Read what it grants now.";
    SecurityComponentScopeRemoved "api-security-component-oauth-scope-removed" Safe "A scope (OAuth) was removed. Programs that ask for it may be refused.";
    SecurityComponentFlowAdded "api-security-component-oauth-flow-added" Safe "Another way to get a token (OAuth flow) was described. Nothing needs to be done.";
    SecurityComponentFlowRemoved "api-security-component-oauth-flow-removed" Dangerous "A way to get a token (OAuth flow) is no longer described. Programs that use it need another.";
    SecurityComponentDescriptionChanged "api-security-component-description-changed" Docs "A way to authenticate is described differently. Read how credentials are to be got and sent now.";
    SecurityComponentPlaceChanged "api-security-component-place-changed" Safe "A way to authenticate sends its credential under another name or in another place. See which operations require it.";
    SecurityComponentSchemeChanged "api-security-component-scheme-changed" Safe "A way to authenticate uses another HTTP scheme. See which operations require it.";
    SecurityComponentOpenIdUrlChanged "api-security-component-open-id-url-changed" Safe "The place that describes the login (OpenID Connect) moved. See which operations require it; programs that hold its address need the new one.";
    SecurityAdded "api-security-added" Safe "An operation takes another credential. Those that it took before may still do: see whether one was removed.";
    SecurityRemoved "api-security-removed" Safe "An operation no longer takes a credential. Programs that send it need another, or none.";
    SecurityScopeAdded "api-security-scope-added" Safe "An operation asks for another scope. Programs whose tokens lack it are refused.";
    SecurityScopeRemoved "api-security-scope-removed" Safe "An operation asks for a scope less. Nothing needs to be done.";
    SecurityRequired "api-security-required" Breaking "An operation that anybody could call asks for a credential. Requests without one are refused.";
    SecurityDropped "api-security-dropped" Safe "An operation that asked for a credential can be called by anybody. Nothing breaks; make sure that it is meant.";
    SecurityOptional "api-security-optional" Safe "An operation that required a credential can also be called without one. Nothing needs to be done.";
    SecurityCredentialChanged "api-security-credential-changed" Breaking "A credential that an operation accepted is no longer enough: it was replaced, more is required, or it is obtained elsewhere. Requests with it are refused: get one that the operation accepts before the server changes.";
    SecurityCredentialUnmatched "api-security-credential-unmatched" Dangerous "An operation no longer accepts a credential, but another one that is sent in the same way. It may be the same under a new name: read both descriptions, and try a request.";
    GlobalSecurityAdded "api-global-security-added" Safe "A credential was added to those that operations take by default. Those that were taken before may still do.";
    GlobalSecurityRemoved "api-global-security-removed" Safe "A credential was removed from those that operations take by default. Programs that send it need another.";
    GlobalSecurityScopeAdded "api-global-security-scope-added" Safe "Operations ask for another scope by default. Programs whose tokens lack it are refused.";
    GlobalSecurityScopeRemoved "api-global-security-scope-removed" Safe "Operations ask for a scope less by default. Nothing needs to be done.";
    // servers and the document
    ServerAdded "server-added" Safe "The API is served from another address as well. Nothing needs to be done.";
    ServerRemoved "server-removed" Breaking "The API is no longer served from an address. Programs that call it there fail: use another.";
    ServerChanged "server-changed" Breaking "The one address of the API changed. Programs that call the old one may fail.";
    ServerDescriptionChanged "server-description-changed" Docs "An address is described differently. Make sure that it still is what you take it for.";
    ServerVariableChanged "server-variable-changed" Dangerous "The values of an address's variable changed. Programs that fill it in should be checked.";
    InfoChanged "api-info-changed" Docs "Title, description, contact, licence or terms of the API changed, or the link to more about it. Terms are worth a look.";
    TagDescriptionChanged "api-tag-description-changed" Docs "A tag is described differently, or is one of the described ones for the first or the last time. No change on the wire.";
    OpenApiVersionChanged "openapi-version-changed" Docs "The document is written in another version of OpenAPI, or its schemas in another dialect. Tools that read it must know those.";
    }
    Process {
    VersionNotBumped "api-version-not-bumped" Docs "Something broke, and `info.version` is the same. Pin the document by its content, not by its version.";
    MajorVersionNotBumped "api-major-version-not-bumped" Docs "Something broke, and the major number of `info.version` is the same. Do not rely on the number for compatibility.";
    VersionDecreased "api-version-decreased" Docs "Something broke, and `info.version` went down. Make sure that the documents are not the wrong way round.";
    VersionUnchanged "api-version-unchanged" Docs "The content changed, and `info.version` did not. Pin the document by its content, not by its version.";
    VersionLowered "api-version-lowered" Docs "`info.version` went down. Make sure that the documents are not the wrong way round.";
    VersionChanged "api-version-changed" Docs "`info.version` changed. Nothing needs to be done.";
    }
    Defect {
    DanglingReference "document-reference-dangling" Dangerous "A `$ref` leads nowhere, so what is there cannot be compared or generated. Report it to the publisher.";
    ExternalReference "document-reference-external" Dangerous "A `$ref` leads to a file that could not be loaded, out of the root, or to a URL, which is never fetched, so what is there is not compared. Give the tool all files, or bundle the document first.";
    CyclicReference "document-reference-cyclic" Dangerous "A `$ref` leads back to itself, so it describes nothing. Report it to the publisher.";
    ParameterLocationUnknown "document-parameter-location-unknown" Dangerous "A parameter is in a place that OpenAPI 3 does not know, as `in: body` of Swagger 2. It is not compared; report it to the publisher.";
    ParameterDuplicate "document-parameter-duplicate" Dangerous "An operation has the same parameter twice. The first counts; report it to the publisher.";
    OperationIdDuplicate "document-operation-id-duplicate" Dangerous "Two operations have the same id. Code generators fail or drop one; report it to the publisher.";
    PathAmbiguous "document-path-ambiguous" Dangerous "Two paths differ in the names of their parameters only. They are one path on the wire; the first counts.";
    KeyDuplicate "document-key-duplicate" Dangerous "An object has the same key twice. The last counts; report it to the publisher.";
    PathParameterUndeclared "document-path-parameter-undeclared" Dangerous "The path has a parameter that no operation declares. Code generators fail or send it unchanged; report it to the publisher.";
    Entangled "document-entangled" Dangerous "The document refers to the same large parts so often that not all of it was compared. Look at it by hand: such a document is malformed or malicious.";
    Malformed "document-malformed" Dangerous "Something is not what OpenAPI has there, as a text where an object belongs. It is not compared; report it to the publisher.";
    }
}

impl ApiRule {
    /// Returns whether it is about the document's own version.
    pub(crate) fn is_process(self) -> bool {
        self.kind() == Kind::Process
    }

    /// Returns whether it is about the document itself, not about a change.
    pub(crate) fn is_defect(self) -> bool {
        self.kind() == Kind::Defect
    }

    /// Returns whether what is at the place of the defect could not be compared.
    pub(crate) fn is_incomplete(self) -> bool {
        matches!(self, Self::DanglingReference | Self::ExternalReference | Self::Entangled)
    }
}
