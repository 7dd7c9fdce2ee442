window.onload = function() {
  window.ui = SwaggerUIBundle({ url: "", dom_id: '#swagger-ui', configUrl: "/v3/api-docs/swagger-config", validatorUrl: "" });
};
