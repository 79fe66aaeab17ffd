using Qijian.Platform;

namespace Qijian.Tests.Platform;

public sealed class NetworkPlaceTests
{
    [Theory]
    [InlineData("31.2304,121.4737", "31,121"), InlineData(" 31.5 , -0.5 ", "32,0"), InlineData("-89.6,180", "-90,180"), InlineData("90.1,0", null), InlineData("0,181", null), InlineData("31", null), InlineData("31,121,4", null)]
    [InlineData("", null), InlineData(null, null), InlineData("NaN,NaN", null), InlineData("1e1,2", null), InlineData("north,east", null), InlineData("31,23;121", null)]
    public void A_place_is_read_to_a_whole_degree(string? text, string? place) => Assert.Equal(place, NetworkPlace.Parse(text)?.ToString());

    [Theory] // Shanghai–Suzhou 85 km, Shanghai–Beijing 1,070 km, Shanghai–New York 11,900 km, from one side of the 180th degree to the other 220 km, pole to pole 20,000 km
    [InlineData("31,121", "31,121", 0, false), InlineData("31,121", "31,120", 0, false), InlineData("31,121", "40,116", 0.3, true), InlineData("31,121", "40,116", 1, false)]
    [InlineData("31,121", "41,-74", 11, true), InlineData("31,121", "41,-74", 12, false), InlineData("0,179", "0,-179", 0, false), InlineData("90,0", "-90,0", 19, true), InlineData("90,0", "-90,0", 20, false), InlineData("31,121", "41,-74", -3, true)]
    public void What_nobody_travels_is_out_of_reach(string from, string to, double hours, bool outOfReach)
    {
        Assert.Equal(outOfReach, NetworkPlace.Parse(from)!.Value.IsOutOfReach(NetworkPlace.Parse(to)!.Value, TimeSpan.FromHours(hours)));
        Assert.Equal(outOfReach, NetworkPlace.Parse(to)!.Value.IsOutOfReach(NetworkPlace.Parse(from)!.Value, TimeSpan.FromHours(hours)));
    }
}
