# What TerraformTests.cs takes out of the state comes back as it is. Its static addresses and key pairs cannot be imported.
import {
  to = aws_lightsail_instance.web
  id = "tf-web"
}

import {
  to = aws_iam_user.ports
  id = "tf-ports"
}

import {
  to = aws_iam_policy.ports
  id = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:policy/tf-ports"
}

import {
  to = aws_iam_role.ports
  id = "tf-ports"
}
