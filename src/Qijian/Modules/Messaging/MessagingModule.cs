using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>Messages to persons, behind one gate: inbox, e-mail, SMS. What may go where stands in the registry.</summary>
public static class MessagingModule
{
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddOptions<SmsOptions>().BindConfiguration(SmsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<IMessageCarrier, SmsCarrier>().AddScoped<IMessageCarrier, MailCarrier>().AddScoped<Carriers>().AddSingleton<Outbox>();
        services.AddSingleton<ISmsVendor, AliyunSms>().AddSingleton<ISmsVendor, TencentSms>().AddSingleton<IEgressSender, SmtpSender>();
        services.AddScoped<Deliveries>().AddScoped<IPersonalDataStore>(s => s.GetRequiredService<Deliveries>()).AddScoped<IReferencedRecords>(s => s.GetRequiredService<Deliveries>());
        services.AddScoped<Suppressions>().AddScoped<DecideMessage>().AddScoped<OwnRecord>().AddScoped<IMessageGate, MessageGate>();
        return services.AddScoped<SendOne>().AddScoped<SendQueued>().AddHostedService<MessageWorker>().AddScoped<ReadInbox>();
    }
}
