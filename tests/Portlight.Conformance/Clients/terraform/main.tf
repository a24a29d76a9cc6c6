# What Portlight has of the provider's resources, put through their life by TerraformTests.cs. `stage` changes what can be changed in place, and the ports.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {}

variable "stage" {
  default = "first"
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    lightsail = var.endpoint
    iam       = var.endpoint
    sts       = var.endpoint
  }
}

data "aws_caller_identity" "me" {}

resource "aws_lightsail_instance" "web" {
  name              = "tf-web"
  availability_zone = "us-east-1a"
  blueprint_id      = "debian_12"
  bundle_id         = "nano_3_0"
  ip_address_type   = var.stage == "first" ? "dualstack" : "ipv4"
  tags              = { stage = var.stage }
}

resource "aws_lightsail_instance_public_ports" "web" {
  instance_name = aws_lightsail_instance.web.name

  port_info {
    protocol   = "all"
    from_port  = 0
    to_port    = 65535
    cidrs      = ["192.0.2.1/32"]
    ipv6_cidrs = ["2001:db8::1/128"]
  }
  port_info {
    protocol  = "icmp"
    from_port = 8
    to_port   = 0
    cidrs     = ["0.0.0.0/0"]
  }
  port_info {
    protocol   = "icmpv6"
    from_port  = 128
    to_port    = 0
    ipv6_cidrs = ["::/0"]
  }
  port_info {
    protocol   = "tcp"
    from_port  = 0
    to_port    = var.stage == "first" ? 1024 : 443
    cidrs      = ["198.51.100.0/24", "203.0.113.7/32"]
    ipv6_cidrs = ["2001:db8::/32"]
  }
  port_info {
    protocol          = "tcp"
    from_port         = 22
    to_port           = 22
    cidr_list_aliases = ["lightsail-connect"]
  }
}

resource "aws_lightsail_static_ip" "web" {
  name = "tf-address"
}

resource "aws_lightsail_static_ip_attachment" "web" {
  static_ip_name = aws_lightsail_static_ip.web.name
  instance_name  = aws_lightsail_instance.web.name
}

resource "aws_lightsail_key_pair" "made" {
  name = "tf-key"
  tags = { stage = var.stage }
}

resource "aws_iam_user" "ports" {
  name = "tf-ports"
  tags = { stage = var.stage }
}

resource "aws_iam_policy" "ports" {
  name = "tf-ports"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["lightsail:PutInstancePublicPorts", "lightsail:Get*"]
      Resource = var.stage == "first" ? ["*"] : ["arn:aws:lightsail:us-east-1:${data.aws_caller_identity.me.account_id}:Instance/*", "*"]
    }]
  })
}

resource "aws_iam_user_policy_attachment" "ports" {
  user       = aws_iam_user.ports.name
  policy_arn = aws_iam_policy.ports.arn
}

resource "aws_iam_access_key" "ports" {
  user = aws_iam_user.ports.name
}

resource "aws_iam_role" "ports" {
  name = "tf-ports"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_user.ports.arn }, Action = "sts:AssumeRole" }]
  })
  description = var.stage
}

resource "aws_iam_role_policy" "ports" {
  name   = "ports"
  role   = aws_iam_role.ports.id
  policy = aws_iam_policy.ports.policy
}
