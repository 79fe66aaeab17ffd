#nullable enable
namespace Qijian.Modules.Privacy;

public readonly partial record struct Purpose
{
    /// <summary>company_information</summary>
    public static readonly Purpose CompanyInformation = new("company_information");
    /// <summary>answering_queries</summary>
    public static readonly Purpose AnsweringQueries = new("answering_queries");
    /// <summary>rate_limiting</summary>
    public static readonly Purpose RateLimiting = new("rate_limiting");
    /// <summary>site_security</summary>
    public static readonly Purpose SiteSecurity = new("site_security");
    /// <summary>maintenance</summary>
    public static readonly Purpose Maintenance = new("maintenance");
    /// <summary>visitor_choices</summary>
    public static readonly Purpose VisitorChoices = new("visitor_choices");
    /// <summary>consent_evidence</summary>
    public static readonly Purpose ConsentEvidence = new("consent_evidence");
    /// <summary>policy_notice</summary>
    public static readonly Purpose PolicyNotice = new("policy_notice");
    /// <summary>service_improvement</summary>
    public static readonly Purpose ServiceImprovement = new("service_improvement");
    /// <summary>rights_requests</summary>
    public static readonly Purpose RightsRequests = new("rights_requests");
    /// <summary>request_verification</summary>
    public static readonly Purpose RequestVerification = new("request_verification");
    /// <summary>account_identity</summary>
    public static readonly Purpose AccountIdentity = new("account_identity");
    /// <summary>age_band</summary>
    public static readonly Purpose AgeBand = new("age_band");
    /// <summary>identity_verification</summary>
    public static readonly Purpose IdentityVerification = new("identity_verification");
    /// <summary>account_security</summary>
    public static readonly Purpose AccountSecurity = new("account_security");
    /// <summary>fraud_detection</summary>
    public static readonly Purpose FraudDetection = new("fraud_detection");
    /// <summary>customer_support</summary>
    public static readonly Purpose CustomerSupport = new("customer_support");
    /// <summary>archiving</summary>
    public static readonly Purpose Archiving = new("archiving");
    /// <summary>backup</summary>
    public static readonly Purpose Backup = new("backup");
    /// <summary>service_contact</summary>
    public static readonly Purpose ServiceContact = new("service_contact");
    /// <summary>social_sign_in</summary>
    public static readonly Purpose SocialSignIn = new("social_sign_in");
    /// <summary>profile_keeping</summary>
    public static readonly Purpose ProfileKeeping = new("profile_keeping");
    /// <summary>profile_publication</summary>
    public static readonly Purpose ProfilePublication = new("profile_publication");
    /// <summary>report_delivery</summary>
    public static readonly Purpose ReportDelivery = new("report_delivery");
    /// <summary>order_management</summary>
    public static readonly Purpose OrderManagement = new("order_management");
    /// <summary>tax_records</summary>
    public static readonly Purpose TaxRecords = new("tax_records");
    /// <summary>contact_matching</summary>
    public static readonly Purpose ContactMatching = new("contact_matching");
    /// <summary>card_folder</summary>
    public static readonly Purpose CardFolder = new("card_folder");
    /// <summary>relation_analysis</summary>
    public static readonly Purpose RelationAnalysis = new("relation_analysis");
    /// <summary>non_user_protection</summary>
    public static readonly Purpose NonUserProtection = new("non_user_protection");
    /// <summary>regional_results</summary>
    public static readonly Purpose RegionalResults = new("regional_results");
    /// <summary>precise_location</summary>
    public static readonly Purpose PreciseLocation = new("precise_location");
    /// <summary>combined_use</summary>
    public static readonly Purpose CombinedUse = new("combined_use");
    /// <summary>personalisation</summary>
    public static readonly Purpose Personalisation = new("personalisation");
    /// <summary>third_party_promotion</summary>
    public static readonly Purpose ThirdPartyPromotion = new("third_party_promotion");
    /// <summary>history</summary>
    public static readonly Purpose History = new("history");
    /// <summary>company_alerts</summary>
    public static readonly Purpose CompanyAlerts = new("company_alerts");
    /// <summary>feedback</summary>
    public static readonly Purpose Feedback = new("feedback");
    /// <summary>external_service</summary>
    public static readonly Purpose ExternalService = new("external_service");
    /// <summary>commercial_messages</summary>
    public static readonly Purpose CommercialMessages = new("commercial_messages");
    /// <summary>profiled_messages</summary>
    public static readonly Purpose ProfiledMessages = new("profiled_messages");
    /// <summary>surveys</summary>
    public static readonly Purpose Surveys = new("surveys");
    /// <summary>message_evidence</summary>
    public static readonly Purpose MessageEvidence = new("message_evidence");
    /// <summary>message_suppression</summary>
    public static readonly Purpose MessageSuppression = new("message_suppression");
    /// <summary>guardian_consent</summary>
    public static readonly Purpose GuardianConsent = new("guardian_consent");
    /// <summary>emergency_help</summary>
    public static readonly Purpose EmergencyHelp = new("emergency_help");
    /// <summary>legal_requests</summary>
    public static readonly Purpose LegalRequests = new("legal_requests");
    /// <summary>incident_notice</summary>
    public static readonly Purpose IncidentNotice = new("incident_notice");
    /// <summary>takedown</summary>
    public static readonly Purpose Takedown = new("takedown");
    /// <summary>sharing_evidence</summary>
    public static readonly Purpose SharingEvidence = new("sharing_evidence");
    /// <summary>subject_count</summary>
    public static readonly Purpose SubjectCount = new("subject_count");
    /// <summary>access_audit</summary>
    public static readonly Purpose AccessAudit = new("access_audit");
}

public readonly partial record struct Category
{
    /// <summary>public_role.name</summary>
    public static readonly Category PublicRoleName = new("public_role.name");
    /// <summary>public_role.role</summary>
    public static readonly Category PublicRoleRole = new("public_role.role");
    /// <summary>public_role.holding</summary>
    public static readonly Category PublicRoleHolding = new("public_role.holding");
    /// <summary>query.text</summary>
    public static readonly Category QueryText = new("query.text");
    /// <summary>network.address</summary>
    public static readonly Category NetworkAddress = new("network.address");
    /// <summary>request.log</summary>
    public static readonly Category RequestLog = new("request.log");
    /// <summary>fault.report</summary>
    public static readonly Category FaultReport = new("fault.report");
    /// <summary>consent.record</summary>
    public static readonly Category ConsentRecord = new("consent.record");
    /// <summary>client.choice</summary>
    public static readonly Category ClientChoice = new("client.choice");
    /// <summary>rights.contact</summary>
    public static readonly Category RightsContact = new("rights.contact");
    /// <summary>rights.content</summary>
    public static readonly Category RightsContent = new("rights.content");
    /// <summary>rights.proof</summary>
    public static readonly Category RightsProof = new("rights.proof");
    /// <summary>preference</summary>
    public static readonly Category Preference = new("preference");
    /// <summary>contact.phone</summary>
    public static readonly Category ContactPhone = new("contact.phone");
    /// <summary>contact.email</summary>
    public static readonly Category ContactEmail = new("contact.email");
    /// <summary>account.credential</summary>
    public static readonly Category AccountCredential = new("account.credential");
    /// <summary>profile.name</summary>
    public static readonly Category ProfileName = new("profile.name");
    /// <summary>profile.company</summary>
    public static readonly Category ProfileCompany = new("profile.company");
    /// <summary>profile.department</summary>
    public static readonly Category ProfileDepartment = new("profile.department");
    /// <summary>profile.position</summary>
    public static readonly Category ProfilePosition = new("profile.position");
    /// <summary>profile.industry</summary>
    public static readonly Category ProfileIndustry = new("profile.industry");
    /// <summary>profile.avatar</summary>
    public static readonly Category ProfileAvatar = new("profile.avatar");
    /// <summary>social.provider_id</summary>
    public static readonly Category SocialProviderId = new("social.provider_id");
    /// <summary>social.nickname</summary>
    public static readonly Category SocialNickname = new("social.nickname");
    /// <summary>social.avatar</summary>
    public static readonly Category SocialAvatar = new("social.avatar");
    /// <summary>addressbook.entry</summary>
    public static readonly Category AddressbookEntry = new("addressbook.entry");
    /// <summary>addressbook.match_key</summary>
    public static readonly Category AddressbookMatchKey = new("addressbook.match_key");
    /// <summary>relation.edge</summary>
    public static readonly Category RelationEdge = new("relation.edge");
    /// <summary>location.city</summary>
    public static readonly Category LocationCity = new("location.city");
    /// <summary>location.precise</summary>
    public static readonly Category LocationPrecise = new("location.precise");
    /// <summary>behaviour.search</summary>
    public static readonly Category BehaviourSearch = new("behaviour.search");
    /// <summary>behaviour.view</summary>
    public static readonly Category BehaviourView = new("behaviour.view");
    /// <summary>behaviour.following</summary>
    public static readonly Category BehaviourFollowing = new("behaviour.following");
    /// <summary>behaviour.tag</summary>
    public static readonly Category BehaviourTag = new("behaviour.tag");
    /// <summary>behaviour.ad_click</summary>
    public static readonly Category BehaviourAdClick = new("behaviour.ad_click");
    /// <summary>behaviour.sign_in</summary>
    public static readonly Category BehaviourSignIn = new("behaviour.sign_in");
    /// <summary>device.model</summary>
    public static readonly Category DeviceModel = new("device.model");
    /// <summary>device.system</summary>
    public static readonly Category DeviceSystem = new("device.system");
    /// <summary>device.id</summary>
    public static readonly Category DeviceId = new("device.id");
    /// <summary>order.record</summary>
    public static readonly Category OrderRecord = new("order.record");
    /// <summary>order.invoice</summary>
    public static readonly Category OrderInvoice = new("order.invoice");
    /// <summary>feedback.text</summary>
    public static readonly Category FeedbackText = new("feedback.text");
    /// <summary>feedback.contact</summary>
    public static readonly Category FeedbackContact = new("feedback.contact");
    /// <summary>survey.answer</summary>
    public static readonly Category SurveyAnswer = new("survey.answer");
    /// <summary>message.delivery</summary>
    public static readonly Category MessageDelivery = new("message.delivery");
    /// <summary>message.suppression</summary>
    public static readonly Category MessageSuppression = new("message.suppression");
    /// <summary>external.identity</summary>
    public static readonly Category ExternalIdentity = new("external.identity");
    /// <summary>external.device</summary>
    public static readonly Category ExternalDevice = new("external.device");
    /// <summary>minor.band</summary>
    public static readonly Category MinorBand = new("minor.band");
    /// <summary>minor.guardian</summary>
    public static readonly Category MinorGuardian = new("minor.guardian");
    /// <summary>legal.request</summary>
    public static readonly Category LegalRequest = new("legal.request");
    /// <summary>sharing.record</summary>
    public static readonly Category SharingRecord = new("sharing.record");
    /// <summary>staff.access</summary>
    public static readonly Category StaffAccess = new("staff.access");
}

public static partial class CategoryId
{
    /// <summary>public_role.name</summary>
    public const string PublicRoleName = "public_role.name";
    /// <summary>public_role.role</summary>
    public const string PublicRoleRole = "public_role.role";
    /// <summary>public_role.holding</summary>
    public const string PublicRoleHolding = "public_role.holding";
    /// <summary>query.text</summary>
    public const string QueryText = "query.text";
    /// <summary>network.address</summary>
    public const string NetworkAddress = "network.address";
    /// <summary>request.log</summary>
    public const string RequestLog = "request.log";
    /// <summary>fault.report</summary>
    public const string FaultReport = "fault.report";
    /// <summary>consent.record</summary>
    public const string ConsentRecord = "consent.record";
    /// <summary>client.choice</summary>
    public const string ClientChoice = "client.choice";
    /// <summary>rights.contact</summary>
    public const string RightsContact = "rights.contact";
    /// <summary>rights.content</summary>
    public const string RightsContent = "rights.content";
    /// <summary>rights.proof</summary>
    public const string RightsProof = "rights.proof";
    /// <summary>preference</summary>
    public const string Preference = "preference";
    /// <summary>contact.phone</summary>
    public const string ContactPhone = "contact.phone";
    /// <summary>contact.email</summary>
    public const string ContactEmail = "contact.email";
    /// <summary>account.credential</summary>
    public const string AccountCredential = "account.credential";
    /// <summary>profile.name</summary>
    public const string ProfileName = "profile.name";
    /// <summary>profile.company</summary>
    public const string ProfileCompany = "profile.company";
    /// <summary>profile.department</summary>
    public const string ProfileDepartment = "profile.department";
    /// <summary>profile.position</summary>
    public const string ProfilePosition = "profile.position";
    /// <summary>profile.industry</summary>
    public const string ProfileIndustry = "profile.industry";
    /// <summary>profile.avatar</summary>
    public const string ProfileAvatar = "profile.avatar";
    /// <summary>social.provider_id</summary>
    public const string SocialProviderId = "social.provider_id";
    /// <summary>social.nickname</summary>
    public const string SocialNickname = "social.nickname";
    /// <summary>social.avatar</summary>
    public const string SocialAvatar = "social.avatar";
    /// <summary>addressbook.entry</summary>
    public const string AddressbookEntry = "addressbook.entry";
    /// <summary>addressbook.match_key</summary>
    public const string AddressbookMatchKey = "addressbook.match_key";
    /// <summary>relation.edge</summary>
    public const string RelationEdge = "relation.edge";
    /// <summary>location.city</summary>
    public const string LocationCity = "location.city";
    /// <summary>location.precise</summary>
    public const string LocationPrecise = "location.precise";
    /// <summary>behaviour.search</summary>
    public const string BehaviourSearch = "behaviour.search";
    /// <summary>behaviour.view</summary>
    public const string BehaviourView = "behaviour.view";
    /// <summary>behaviour.following</summary>
    public const string BehaviourFollowing = "behaviour.following";
    /// <summary>behaviour.tag</summary>
    public const string BehaviourTag = "behaviour.tag";
    /// <summary>behaviour.ad_click</summary>
    public const string BehaviourAdClick = "behaviour.ad_click";
    /// <summary>behaviour.sign_in</summary>
    public const string BehaviourSignIn = "behaviour.sign_in";
    /// <summary>device.model</summary>
    public const string DeviceModel = "device.model";
    /// <summary>device.system</summary>
    public const string DeviceSystem = "device.system";
    /// <summary>device.id</summary>
    public const string DeviceId = "device.id";
    /// <summary>order.record</summary>
    public const string OrderRecord = "order.record";
    /// <summary>order.invoice</summary>
    public const string OrderInvoice = "order.invoice";
    /// <summary>feedback.text</summary>
    public const string FeedbackText = "feedback.text";
    /// <summary>feedback.contact</summary>
    public const string FeedbackContact = "feedback.contact";
    /// <summary>survey.answer</summary>
    public const string SurveyAnswer = "survey.answer";
    /// <summary>message.delivery</summary>
    public const string MessageDelivery = "message.delivery";
    /// <summary>message.suppression</summary>
    public const string MessageSuppression = "message.suppression";
    /// <summary>external.identity</summary>
    public const string ExternalIdentity = "external.identity";
    /// <summary>external.device</summary>
    public const string ExternalDevice = "external.device";
    /// <summary>minor.band</summary>
    public const string MinorBand = "minor.band";
    /// <summary>minor.guardian</summary>
    public const string MinorGuardian = "minor.guardian";
    /// <summary>legal.request</summary>
    public const string LegalRequest = "legal.request";
    /// <summary>sharing.record</summary>
    public const string SharingRecord = "sharing.record";
    /// <summary>staff.access</summary>
    public const string StaffAccess = "staff.access";
}

public readonly partial record struct Recipient
{
}

public readonly partial record struct Feature
{
    /// <summary>company_search</summary>
    public static readonly Feature CompanySearch = new("company_search");
    /// <summary>company_pages</summary>
    public static readonly Feature CompanyPages = new("company_pages");
    /// <summary>program_access</summary>
    public static readonly Feature ProgramAccess = new("program_access");
    /// <summary>site_protection</summary>
    public static readonly Feature SiteProtection = new("site_protection");
    /// <summary>privacy_center</summary>
    public static readonly Feature PrivacyCenter = new("privacy_center");
    /// <summary>improvement_statistics</summary>
    public static readonly Feature ImprovementStatistics = new("improvement_statistics");
    /// <summary>correction</summary>
    public static readonly Feature Correction = new("correction");
    /// <summary>accounts</summary>
    public static readonly Feature Accounts = new("accounts");
    /// <summary>social_sign_in</summary>
    public static readonly Feature SocialSignIn = new("social_sign_in");
    /// <summary>profile</summary>
    public static readonly Feature Profile = new("profile");
    /// <summary>reports</summary>
    public static readonly Feature Reports = new("reports");
    /// <summary>orders</summary>
    public static readonly Feature Orders = new("orders");
    /// <summary>contact_matching</summary>
    public static readonly Feature ContactMatching = new("contact_matching");
    /// <summary>relation_analysis</summary>
    public static readonly Feature RelationAnalysis = new("relation_analysis");
    /// <summary>non_user_portal</summary>
    public static readonly Feature NonUserPortal = new("non_user_portal");
    /// <summary>location</summary>
    public static readonly Feature Location = new("location");
    /// <summary>recommendations</summary>
    public static readonly Feature Recommendations = new("recommendations");
    /// <summary>promotions</summary>
    public static readonly Feature Promotions = new("promotions");
    /// <summary>history</summary>
    public static readonly Feature History = new("history");
    /// <summary>following</summary>
    public static readonly Feature Following = new("following");
    /// <summary>feedback</summary>
    public static readonly Feature Feedback = new("feedback");
    /// <summary>external_sources</summary>
    public static readonly Feature ExternalSources = new("external_sources");
    /// <summary>messaging</summary>
    public static readonly Feature Messaging = new("messaging");
    /// <summary>surveys</summary>
    public static readonly Feature Surveys = new("surveys");
    /// <summary>minors</summary>
    public static readonly Feature Minors = new("minors");
    /// <summary>governance</summary>
    public static readonly Feature Governance = new("governance");
}

public readonly partial record struct MessageTemplate
{
    /// <summary>policy_change</summary>
    public static readonly MessageTemplate PolicyChange = new("policy_change");
    /// <summary>sign_in_code</summary>
    public static readonly MessageTemplate SignInCode = new("sign_in_code");
    /// <summary>non_user_code</summary>
    public static readonly MessageTemplate NonUserCode = new("non_user_code");
    /// <summary>new_device</summary>
    public static readonly MessageTemplate NewDevice = new("new_device");
    /// <summary>service_suspension</summary>
    public static readonly MessageTemplate ServiceSuspension = new("service_suspension");
    /// <summary>incident_notice</summary>
    public static readonly MessageTemplate IncidentNotice = new("incident_notice");
    /// <summary>dormant_account</summary>
    public static readonly MessageTemplate DormantAccount = new("dormant_account");
    /// <summary>report_ready</summary>
    public static readonly MessageTemplate ReportReady = new("report_ready");
    /// <summary>order_receipt</summary>
    public static readonly MessageTemplate OrderReceipt = new("order_receipt");
    /// <summary>request_result</summary>
    public static readonly MessageTemplate RequestResult = new("request_result");
    /// <summary>company_alert</summary>
    public static readonly MessageTemplate CompanyAlert = new("company_alert");
    /// <summary>promotion</summary>
    public static readonly MessageTemplate Promotion = new("promotion");
    /// <summary>profiled_promotion</summary>
    public static readonly MessageTemplate ProfiledPromotion = new("profiled_promotion");
    /// <summary>survey_invitation</summary>
    public static readonly MessageTemplate SurveyInvitation = new("survey_invitation");
}

