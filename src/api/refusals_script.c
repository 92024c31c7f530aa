/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that are refused, and those that lead up to them. Knows the actions; what they answer is
 * theirs.
 */
#include "api/refusals_script.h"

#include <stddef.h>

#define SIGNED(key, nonce)                                                                         \
	"&AccessKeyId=" key "&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&"                     \
	"SignatureNonce=" nonce
#define CONNECT                                                                                    \
	"Action=CreateVpnConnection&VpnGatewayId=$gateway&CustomerGatewayId=$peer"                 \
	"&RemoteSubnet=0.0.0.0/0&LocalSubnet="
#define ROUTE                                                                                      \
	"Action=CreateVpnRouteEntry&VpnGatewayId=$gateway&NextHop=$connection&Weight=100"          \
	"&PublishVpc=true&RouteDest="

const struct refusal_step refusal_script[] = {
	/* what others refer to */
	{ "Action=CreateVpc&CidrBlock=10.0.0.0/16", .save = "vpc VpcId" },
	{ "Action=CreateVSwitch&VpcId=$vpc&ZoneId=cn-hangzhou-a&CidrBlock=10.0.1.0/24",
		.save = "vswitch VSwitchId" },
	{ "Action=CreateVpnGateway&VpcId=$vpc&Bandwidth=10", .save = "gateway VpnGatewayId" },
	{ "Action=CreateCustomerGateway&IpAddress=198.51.100.1", .save = "peer CustomerGatewayId" },
	{ CONNECT "0.0.0.0/0", .save = "connection VpnConnectionId" },
	{ ROUTE "192.168.0.0/16" },
	/* the request itself */
	{ "Action=DescribeVpnGatway", REASON_ACTION_UNKNOWN },
	{ "Action=DescribeVpnGateways&Version=2016-04-27", REASON_VERSION_UNKNOWN },
	{ "Action=CreateVpnGateway&VpcId=$vpc", REASON_PARAMETER_MISSING },
	{ "Action=CreateVpnGateway&VpcId=$vpc&Bandwidth=12", REASON_PARAMETER_INVALID },
	{ "Action=DescribeRegions&Format=YAML", REASON_FORMAT_INVALID },
	{ "", REASON_BODY_TOO_LARGE, .broken = 413, .note = "a body of more than 64 KiB" },
	{ "Action=DescribeRegions", REASON_METHOD_UNSUPPORTED, .method = "PUT",
		.note = "with the method PUT" },
	{ "Action=DescribeRegions" SIGNED("LTAIunknown", "1"), REASON_ACCESS_KEY_UNKNOWN,
		.is_signed = true },
	{ "Action=DescribeRegions" SIGNED(REFUSAL_OLD_KEY_ID, "2"), REASON_ACCESS_KEY_INACTIVE,
		.is_signed = true, .note = "with the key disabled" },
	{ "Action=DescribeRegions&Timestamp=$now&Signature=d3Jvbmc=" SIGNED(REFUSAL_KEY_ID, "3"),
		REASON_SIGNATURE_WRONG, .is_stranger = true },
	{ "Action=DescribeRegions", REASON_SIGNATURE_INCOMPLETE, .is_stranger = true },
	{ "Action=DescribeRegions&Timestamp=$now&Signature=d3Jvbmc=&SignatureMethod=HMAC-MD5"
	  "&AccessKeyId=" REFUSAL_KEY_ID "&SignatureNonce=4",
		REASON_SIGNATURE_METHOD, .is_stranger = true },
	{ "Action=DescribeRegions&Timestamp=yesterday&Signature=d3Jvbmc=" SIGNED(
		  REFUSAL_KEY_ID, "5"),
		REASON_TIMESTAMP_FORMAT, .is_stranger = true },
	{ "Action=DescribeRegions&Timestamp=2020-02-02T02:02:02Z&Signature=d3Jvbmc=" SIGNED(
		  REFUSAL_KEY_ID, "6"),
		REASON_TIMESTAMP_EXPIRED, .is_stranger = true },
	{ "Action=DeleteVpc&VpcId=$vpc" SIGNED(REFUSAL_READER_KEY_ID, "9"), REASON_FORBIDDEN,
		.is_signed = true, .note = "with a key that may only read" },
	{ "Action=DescribeRegions" SIGNED(REFUSAL_BUSY_KEY_ID, "10"), REASON_THROTTLED,
		.is_signed = true, .note = "after too many others" },
	{ "Action=DescribeRegions" SIGNED(REFUSAL_KEY_ID, "7"), .is_signed = true },
	{ "Action=DescribeRegions" SIGNED(REFUSAL_KEY_ID, "7"), REASON_NONCE_USED,
		.is_signed = true, .note = "sent twice" },
	{ "Action=DescribeRegions" SIGNED(REFUSAL_KEY_ID, "8"), REASON_UNAVAILABLE,
		.is_signed = true, .note = "with no room for another nonce" },
	{ "Action=CreateVpc&CidrBlock=10.0.0.0/16&DryRun=true", REASON_DRY_RUN },
	{ "Action=CreateVpc&CidrBlock=10.1.0.0/16&ClientToken=t1" },
	{ "Action=CreateVpc&CidrBlock=10.2.0.0/16&ClientToken=t1", REASON_TOKEN_REUSED,
		.note = "after the same token with another CidrBlock" },
	/* fields */
	{ "Action=CreateCustomerGateway&IpAddress=198.51.100.2&Name=http://office",
		REASON_NAME_INVALID },
	{ "Action=ModifyVpnGatewayAttribute&VpnGatewayId=$gateway&Description=https://wiki",
		REASON_DESCRIPTION_INVALID },
	{ "Action=CreateCustomerGateway&IpAddress=127.0.0.1", REASON_IP_ADDRESS_FORMAT },
	{ "Action=CreateCustomerGateway&IpAddress=198.51.100.1", REASON_IP_ADDRESS_EXISTS },
	{ CONNECT "10.0.0.1/16", REASON_LOCAL_SUBNET },
	{ "Action=CreateVpnConnection&VpnGatewayId=$gateway&CustomerGatewayId=$peer"
	  "&LocalSubnet=10.0.0.0/16&RemoteSubnet=192.168.0.0/24,192.168.1.0/24"
	  "&IkeConfig={\"IkeVersion\":\"ikev1\"}",
		REASON_REMOTE_SUBNET },
	{ CONNECT "0.0.0.0/0&EnableTunnelsBgp=true", REASON_UNSUPPORTED },
	/* objects */
	{ "Action=DescribeVpcs&RegionId=cn-hangzou", REASON_REGION_NOT_FOUND },
	{ "Action=CreateVpc&ResourceGroupId=rg-defualt", REASON_RESOURCE_GROUP_NOT_FOUND },
	{ "Action=DeleteVpc&VpcId=vpc-1", REASON_VPC_NOT_FOUND },
	{ "Action=DeleteVSwitch&VSwitchId=vsw-1", REASON_VSWITCH_NOT_FOUND },
	{ "Action=CreateVSwitch&VpcId=$vpc&ZoneId=cn-hangzhou-x&CidrBlock=10.0.2.0/24",
		REASON_ZONE_NOT_FOUND },
	{ "Action=DeleteVpnGateway&VpnGatewayId=vpn-1", REASON_VPN_GATEWAY_NOT_FOUND },
	{ "Action=DeleteCustomerGateway&CustomerGatewayId=cgw-1",
		REASON_CUSTOMER_GATEWAY_NOT_FOUND },
	{ "Action=DeleteVpnConnection&VpnConnectionId=vco-1", REASON_VPN_CONNECTION_NOT_FOUND },
	{ CONNECT "0.0.0.0/0", REASON_VPN_CONNECTION_EXISTS },
	{ "Action=DeleteVpnRouteEntry&VpnGatewayId=$gateway&NextHop=$connection&Weight=100"
	  "&RouteDest=192.168.0.0/24",
		REASON_ROUTE_ENTRY_NOT_FOUND },
	{ ROUTE "192.168.0.0/16", REASON_ROUTE_ENTRY_EXISTS },
	{ "Action=CreateVpnGateway&VpcId=$vpc&Bandwidth=10", REASON_QUOTA_FULL,
		.note = "with vpn_gateways = 1" },
	{ "Action=CreateVpnConnection&VpnGatewayId=$gateway&CustomerGatewayId=$peer"
	  "&LocalSubnet=10.0.0.0/24,10.0.1.0/24&RemoteSubnet=192.168.0.0/24"
	  "&IkeConfig={\"RemoteId\":\"branch\"}",
		REASON_POLICY_ROUTE_QUOTA, .note = "with pbr_route_entries_per_gateway = 1" },
	{ "Action=CreateVSwitch&VpcId=$vpc&ZoneId=cn-hangzhou-a&CidrBlock=10.0.0.0/23",
		REASON_CIDR_CONFLICT },
	{ "Action=DeleteCustomerGateway&CustomerGatewayId=$peer", REASON_DEPENDENCY },
	{ "Action=DeleteVpc&VpcId=$vpc", REASON_DEPENDENCY_VSWITCH },
	{ "Action=DescribeVpcAttribute&VpcId=" REFUSAL_BROKEN_VPC, REASON_INTERNAL,
		.note = "when its record is damaged" },
	{},
};
